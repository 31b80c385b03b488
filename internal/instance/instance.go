// Package instance remembers the few things that belong to the instance and
// are decided once, at the command line.
package instance

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/fault"
)

const ours = "settings belong to the instance"

var (
	qGet = db.Across("instance.get", ours, `SELECT value FROM instance_setting WHERE name = $1`, db.Value[string])

	qSet = db.DoAcross("instance.set", ours,
		`INSERT INTO instance_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
)

// URL gives the public address that was kept, or nothing.
func URL(ctx context.Context, d *db.DB) (string, error) {
	kept, _, err := db.Maybe(qGet.One(ctx, d, "url"))
	return kept, err
}

// KeepURL keeps the public address with which links are made, checked by
// CheckURL. For the person at the command line.
func KeepURL(ctx context.Context, d *db.DB, who actor.Actor, address string) error {
	if !who.Program {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	_, err := qSet.Run(ctx, d, "url", address)
	return err
}

// CheckURL cleans a public address: a scheme and a host, and nothing after.
func CheckURL(address string) (string, error) {
	address = strings.TrimRight(address, "/")
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" ||
		parsed.Path != "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return "", fmt.Errorf("the public address must be like https://mainforte.example, not %q", address)
	}
	return address, nil
}
