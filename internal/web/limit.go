package web

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"mainforte/internal/fault"
)

// limiter bounds how often one network address may do something. It is this
// node's own and forgets when it is restarted: it slows a flood, it is no
// account of anybody.
type limiter struct {
	perHour int
	lock    sync.Mutex
	all     map[netip.Addr]*rate.Limiter
	swept   time.Time
}

func newLimiter(perHour int) *limiter {
	return &limiter{perHour: perHour, all: map[netip.Addr]*rate.Limiter{}}
}

func (l *limiter) allow(from netip.Addr, now time.Time) bool {
	if l.perHour <= 0 {
		return true
	}
	if from.Is6() && !from.Is4In6() { // a household has a whole network of them
		if prefix, err := from.Prefix(64); err == nil {
			from = prefix.Addr()
		}
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	if now.Sub(l.swept) > time.Hour {
		clear(l.all)
		l.swept = now
	}
	one, ok := l.all[from]
	if !ok {
		one = rate.NewLimiter(rate.Limit(float64(l.perHour)/3600), l.perHour)
		l.all[from] = one
	}
	return one.AllowN(now, 1)
}

// LimitOffers refuses when this network address offered help too often.
func (v *Visit) LimitOffers() error { return v.limit(v.offers) }

// LimitSignIns refuses when this network address asked for too many links.
func (v *Visit) LimitSignIns() error { return v.limit(v.signIns) }

// LimitInvitations refuses when this network address invited too many people:
// five times as many as may ask for links.
func (v *Visit) LimitInvitations() error { return v.limit(v.invitations) }

func (v *Visit) limit(l *limiter) error {
	if l.allow(v.from(), v.Now()) {
		return nil
	}
	return fault.New(fault.TooMany, "fault.too_many")
}

// from is the network address that asks: the last one that a trusted proxy
// vouches for, else whoever is connected.
func (v *Visit) from() netip.Addr {
	peer, err := netip.ParseAddrPort(v.R.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	from := peer.Addr().Unmap()
	said := strings.Split(strings.Join(v.R.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0 && v.trusts(from); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			break
		}
		from = next.Unmap()
	}
	return from
}

func (v *Visit) trusts(address netip.Addr) bool {
	for _, proxy := range v.Proxies {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}
