// Command mainforte runs an instance: the demonstration, the server, and what
// its operator does at the command line.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"mainforte/internal/fault"
	"mainforte/internal/i18n"
)

// commands are what can be asked. Each command's Run does it.
type commands struct {
	Demo     demoCommand     `cmd:"" help:"Show a small invented world; nothing is kept and no mail leaves."`
	Serve    serveCommand    `cmd:"" help:"Serve an instance."`
	Init     initCommand     `cmd:"" help:"Add an association and print its coordinator's link to sign in."`
	Import   importCommand   `cmd:"" help:"Take a table into an association."`
	Operator operatorCommand `cmd:"" help:"Name an operator of the instance and print their link to sign in."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the data to this program's version."`
	Backup   backupCommand   `cmd:"" help:"Write a whole copy of a SQLite database into a new file."`
	Keys     keysCommand     `cmd:"" help:"The keys that sign mailed links."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// streams are where a command reads and says things.
type streams struct {
	out, err io.Writer
	environ  []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr, os.Environ()}))
}

// run does what the arguments ask and gives the exit code: 0 done, 1 not done,
// 2 not understood.
func run(ctx context.Context, args []string, s streams) int {
	parser, err := kong.New(&commands{}, kong.Name("mainforte"),
		kong.Description("Mainforte: associations find volunteers, welcome them and keep faith with them."),
		kong.Writers(s.out, s.err), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s), kong.UsageOnError())
	if err != nil {
		panic(err) // the commands above are constants
	}
	asked, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(s.err, "mainforte: %v\n", err)
		return 2
	}
	if err := asked.Run(); err != nil {
		_, _ = fmt.Fprintf(s.err, "mainforte: %s\n", sentence(err))
		return 1
	}
	return 0
}

// sentence says an error at the command line, which speaks English.
func sentence(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return err.Error()
	}
	text := i18n.In(i18n.English)
	said := text.Say(f.Key, f.Args...)
	for _, field := range f.Fields {
		said += "\n  "
		if !strings.HasPrefix(f.Key, "sheet.") { // whose sentences name the line and the column
			said += field.Name + ": "
		}
		said += text.Say(field.Key, field.Args...)
	}
	return said
}

type versionCommand struct{}

// Run prints the version that the module was built at.
func (versionCommand) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "mainforte", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && (revision == "" || revision == "(devel)") {
			revision = setting.Value
		}
	}
	return revision
}
