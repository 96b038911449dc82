// Command cordon applies sanctions law to what people do: one binary for the
// command line, and later for the pages and the API.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
)

func main() {
	collectLater()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	m := &Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: isTerminal(os.Stdout), Progress: isTerminal(os.Stderr)}
	code := m.Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// collectLater has the first collection of garbage wait until some tens of megabytes are in use, after which it is as
// GOGC says: most commands end before that, and would spend a fifth of their time on collecting what ends with them.
func collectLater() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(800)
	runtime.AddCleanup(new([64]byte), func(usual int) { debug.SetGCPercent(usual) }, 100)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
