package mission

import "testing"

// SetRare says how few listings a word of a search must be in to be the way to
// them, until the test ends: a test cannot write thousands.
func SetRare(t testing.TB, listings int) {
	before := rare
	rare = listings
	t.Cleanup(func() { rare = before })
}
