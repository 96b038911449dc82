package read

// frame states the activity that a claim describes, where the words leave no doubt.
func (w *work) frame(c *Claim) {}
