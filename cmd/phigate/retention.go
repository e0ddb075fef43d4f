package main

import (
	"context"
	"errors"
	"time"

	"github.com/phigate/phigate/audit"
)

// retention says what may be pruned now. The legal holds are those of the access log itself: an index that is behind would
// not know the last one.
func retention(cfg *config, archive *policyArchive, key *audit.CheckpointKey) (audit.Retention, error) {
	holds, err := holdsIn(cfg.accessDir())
	if err != nil {
		return audit.Retention{}, err
	}
	now := time.Now()
	return audit.Retention{
		Keep: cfg.Decisions.Keep, Holds: holds, Key: key,
		LastInEffect: func(digest string) time.Time { return archive.LastInEffect(digest, now) },
	}, nil
}

// holdsIn returns the legal holds of an access log that are not released.
func holdsIn(dir string) ([]audit.Hold, error) {
	var holds []audit.Hold
	for a, err := range audit.ReadAccess(dir) {
		if err != nil {
			return nil, err
		}
		if a.Kind != audit.AccessHold || a.Outcome != "ok" || a.Review == nil || a.Review.Hold == nil {
			continue
		}
		h := *a.Review.Hold
		kept := holds[:0]
		for _, o := range holds {
			if o.ID != h.ID {
				kept = append(kept, o)
			}
		}
		if holds = kept; !h.Released {
			holds = append(holds, h)
		}
	}
	return holds, nil
}

// pruneEvery is how often a gate looks for what is at the end of its retention.
const pruneEvery = time.Hour

// keepRetention prunes both logs while the gate runs. What cannot be read of the holds prunes nothing.
func (e *evidence) keepRetention(ctx context.Context, archive *policyArchive) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if err := e.prune(archive); err != nil {
			e.logger.Error().Err(err).Msg("retention: nothing more is removed for now")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// prune removes what is at the end of its retention.
func (e *evidence) prune(archive *policyArchive) error {
	r, err := retention(e.cfg, archive, nil)
	if err != nil {
		return err
	}
	decisions, err := e.decisions.Prune(r)
	accesses, other := e.access.Prune(r)
	for name, report := range map[string]audit.PruneReport{"decisions": decisions, "access": accesses} {
		if report.Segments > 0 {
			e.logger.Info().Str("log", name).Int("segments", report.Segments).Uint64("records", report.Records).Msg("removed at the end of its retention")
		}
	}
	return errors.Join(err, other)
}
