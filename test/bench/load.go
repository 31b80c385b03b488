package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// contestant is one side of a comparison.
type contestant struct {
	name, url   string
	connections int
	// gzip: the reader takes compressed pages.
	gzip bool
	// script, if any, makes wrk's requests.
	script string
}

// contest is some contestants and the ratios that are asked of them.
type contest struct {
	contestants []contestant
	rows        []row
}

// row is a line of the table: how one contestant does beside another.
type row struct {
	what, a, b string
	// goal is the least ratio; zero where there is none.
	goal   float64
	ratios []float64
	// figures are the medians of both sides, which say nothing of another
	// machine.
	figures string
}

// measure lets the contestants run in turn, again and again, and fills the
// rows. The neighbours of a machine come and go: only runs that follow each
// other are compared.
func (b *bench) measure(ctx context.Context, c contest) error {
	rates := map[string][]float64{}
	for round := range b.pace.pairs + 1 {
		for _, one := range c.contestants {
			seconds := b.pace.seconds
			if round == 0 {
				seconds = 1 // warms what there is to warm
			}
			rate, err := b.wrk(ctx, one, seconds)
			if err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			if round > 0 {
				rates[one.name] = append(rates[one.name], rate)
			}
		}
	}
	for _, r := range c.rows {
		for i := range rates[r.a] {
			r.ratios = append(r.ratios, rates[r.a][i]/rates[r.b][i])
		}
		r.figures = fmt.Sprintf("%.0f/s / %.0f/s", median(rates[r.a]), median(rates[r.b]))
		b.rows = append(b.rows, r)
	}
	return nil
}

var (
	rateLine   = regexp.MustCompile(`Requests/sec: *([0-9.]+)`)
	brokenLine = regexp.MustCompile(`(Non-2xx or 3xx responses|Socket errors).*`)
)

// wrk gives the requests answered a second. Any that failed
// fails the bench.
func (b *bench) wrk(ctx context.Context, c contestant, seconds int) (float64, error) {
	args := []string{"-t", "1", "-c", strconv.Itoa(c.connections), "-d", strconv.Itoa(seconds) + "s"}
	if c.gzip {
		args = append(args, "-H", "Accept-Encoding: gzip")
	}
	if c.script != "" {
		args = append(args, "-s", c.script)
	}
	b.runs++
	args = append(args, c.url, "--", strconv.Itoa(b.runs)+".")
	out, err := b.machine.command(ctx, b.machine.load, "wrk", args...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	found := rateLine.FindSubmatch(out)
	if broken := brokenLine.Find(out); broken != nil || found == nil {
		return 0, fmt.Errorf("wrk: %s", bytes.TrimSpace(out))
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	if len(sorted) == 0 {
		return 0
	}
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// offerScript is what wrk sends to make offers: each from another address with
// other words, for the missions in turn.
const offerScript = `local missions = { %s }
local sent, run = 0, ""
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }

function init(args) run = args[1] end

function request()
  sent = sent + 1
  local body = "name=Alix&email=alix." .. run .. sent .. "%%40courriel.example&words=" ..
    "Bonjour,+je+peux+aider+le+jeudi+soir+et+le+samedi.+Je+connais+le+quartier.+" .. sent
  return wrk.format("POST", missions[sent %% #missions + 1] .. "/offers", headers, body)
end
`
