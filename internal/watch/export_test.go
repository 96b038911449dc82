package watch

// PackMarks writes marks as a run keeps them, for measures that screen nobody first.
var PackMarks = packMarks
