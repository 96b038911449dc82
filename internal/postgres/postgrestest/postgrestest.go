// Package postgrestest starts PostgreSQL for tests, from the programs that a
// package of the system installed, with data that end with the test. It uses no
// server that runs already and fetches nothing.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is one running server, reached by a socket in its folder.
type Server struct {
	bin, dir string
	as       *syscall.Credential // whom to run it as; nil for who we are

	mu   sync.Mutex
	free []string // databases that are empty and nobody's

	keeper *exec.Cmd
	alive  io.Closer // the keeper ends the server when this is closed, however it is
}

// shared is the server of this process. It ends with the process.
var shared = sync.OnceValues(func() (*Server, error) { return start() })

// errMissing means that there are no programs to start.
var errMissing = errors.New("PostgreSQL is not installed here (no /usr/lib/postgresql/*/bin/postgres): apt-get install postgresql")

var databases atomic.Int64

// Database gives the address of an empty database on the server of this process;
// it is dropped when the test ends. Without PostgreSQL the test is skipped.
func Database(t testing.TB) string {
	t.Helper()
	return of(t)(shared()).Database(t)
}

// Shared gives the server of this process to a test that kills it, while no other runs.
func Shared(t testing.TB) *Server {
	t.Helper()
	return of(t)(shared())
}

func of(t testing.TB) func(*Server, error) *Server {
	return func(s *Server, err error) *Server {
		t.Helper()
		if errors.Is(err, errMissing) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// Database gives the address of an empty database on s. One that a test is done with is
// emptied for the next, which costs a tenth of making another.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	name := ""
	if n := len(s.free); n > 0 {
		name, s.free = s.free[n-1], s.free[:n-1]
	}
	s.mu.Unlock()
	if name == "" {
		name = fmt.Sprintf("test_%d", databases.Add(1))
		s.exec(t, "postgres", "CREATE DATABASE "+name+" TEMPLATE template0")
	}
	t.Cleanup(func() {
		s.exec(t, name, strings.ReplaceAll(empty, "NAME", name))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.free = append(s.free, name)
	})
	return s.Address(name, "")
}

// empty throws everybody else out of the database NAME, and everything.
const empty = `SET client_min_messages = error;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'NAME' AND pid != pg_backend_pid();
DROP SCHEMA IF EXISTS cordon CASCADE;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
ALTER DATABASE NAME RESET ALL`

// Address gives the address of a database for a user, "" for the one that may do
// everything. The user "guarded", where a test made it, needs a password.
func (s *Server) Address(database, user string) string {
	if user == "" {
		user = "postgres"
	}
	return "postgres:///" + database + "?" + url.Values{"host": {s.dir}, "user": {user}}.Encode()
}

// exec runs statements in a database as who may do everything.
func (s *Server) exec(t testing.TB, database, q string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, s.Address(database, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, q); err != nil {
		t.Fatal(err)
	}
}

// start makes data and runs a server over them.
func start() (*Server, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return nil, errMissing
	}
	slices.SortFunc(found, func(a, b string) int { return major(a) - major(b) })
	s := &Server{bin: filepath.Dir(found[len(found)-1])}
	if s.as, err = other(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "cordon-postgres-"); err != nil {
		return nil, err
	}
	if s.as != nil {
		if err := os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return nil, err
		}
	}
	init := s.command(filepath.Join(s.bin, "initdb"), "--pgdata="+s.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8",
		"--locale=C", "--no-sync", "--no-instructions")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	const rules = "local all guarded scram-sha-256\nlocal all all trust\n"
	if err := os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return nil, err
	}
	return s, s.run()
}

// major gives the version in /usr/lib/postgresql/15/bin/postgres.
func major(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // another folder there comes first
	return n
}

// other gives whom to run a server as: it refuses to run as root.
func other() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("a server cannot run as root, and there is no user for it: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// command is one that runs as the owner of the data, and that an interrupt of the
// test from the keyboard does not reach.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = s.dir
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.as}
	return c
}

// keep runs a server until its own input ends, which happens when the test does,
// even if it was killed, and removes the data unless they are needed again.
const keep = `dir=$1; shift
"$@" </dev/null >>"$dir/log" 2>&1 &
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait $!
[ -e "$dir/again" ] || rm -rf "$dir"`

func (s *Server) run() error {
	c := s.command("/bin/sh", "-c", keep, "sh", s.dir, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60", "-c", "shared_buffers=32MB",
		"-c", "autovacuum_naptime=10s")
	alive, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	s.keeper, s.alive = c, alive
	return s.Wait()
}

// Wait waits until the server answers.
func (s *Server) Wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, s.Address("postgres", ""))
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("the server does not answer: %w\n%s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Pid gives the number of the first process of the server.
func (s *Server) Pid() (int, error) {
	b, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	return strconv.Atoi(first)
}

// Kill ends the server at once, without a word to anybody: with sig, all its
// processes when that is SIGKILL.
func (s *Server) Kill(sig syscall.Signal) error {
	pid, err := s.Pid()
	if err != nil {
		return err
	}
	var children []int
	if sig == syscall.SIGKILL {
		if children, err = childrenOf(pid); err != nil {
			return err
		}
	}
	for _, p := range append([]int{pid}, children...) {
		if err := syscall.Kill(p, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	for _, p := range children { // what they share with the next server must be free
		for !ended(p) {
			time.Sleep(time.Millisecond)
		}
	}
	return s.again()
}

// ended reports whether a process is gone, or waits only to be buried.
func ended(pid int) bool {
	f := statOf(fmt.Sprintf("/proc/%d/stat", pid))
	return len(f) == 0 || f[0] == "Z"
}

// statOf gives what the system says of a process from its state on; nothing when
// it is gone.
func statOf(path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name, which may hold anything, ends there
	return strings.Fields(rest)
}

// again waits for the end of the server and runs another over its data.
func (s *Server) again() error {
	mark := filepath.Join(s.dir, "again")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return err
	}
	s.stop()
	if err := os.Remove(mark); err != nil {
		return err
	}
	return s.run()
}

// stop ends the server and waits for it.
func (s *Server) stop() {
	s.alive.Close()
	_ = s.keeper.Wait() // it was killed, and says so
}

// childrenOf gives the processes that a process has started.
func childrenOf(pid int) ([]int, error) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var out []int
	for _, path := range all {
		f := statOf(path)
		if len(f) > 1 && f[1] == strconv.Itoa(pid) {
			n, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		}
	}
	return out, nil
}

// CPU gives the time that the server has computed so far: its processes, and those
// that have ended.
func (s *Server) CPU() (time.Duration, error) {
	pid, err := s.Pid()
	if err != nil {
		return 0, err
	}
	children, err := childrenOf(pid)
	if err != nil {
		return 0, err
	}
	const tick = 10 * time.Millisecond // as the system counts on every common machine
	total := time.Duration(0)
	for i, p := range append([]int{pid}, children...) {
		f := statOf(fmt.Sprintf("/proc/%d/stat", p))
		if len(f) < 15 {
			continue // it has just ended
		}
		fields := f[11:13]
		if i == 0 { // with what its children took that ended
			fields = f[11:15]
		}
		for _, x := range fields {
			n, err := strconv.Atoi(x)
			if err != nil {
				return 0, err
			}
			total += time.Duration(n) * tick
		}
	}
	return total, nil
}
