// Package index is a projection of the decision log and the access log that can be searched. The logs are the truth:
// the files of the index can be deleted at any time and are built again.
//
// # Files
//
// The decisions of each month (UTC) have a SQLite file of their own, decisions-2026-11.db, so that a search opens what
// its time concerns, and what is too old to be kept goes by the file. What people did about decisions, and the cases,
// which last longer than a month, are in desk.db. Nobody but the gate's user can read the files: they hold no value of a
// body, but fingerprints, and what analysts wrote.
//
// # Searching
//
// Decisions are numbered in the order of the log, and 8,192 of them are a chunk. For each chunk and each name that its
// decisions have (a client, a rule, the status of a review) the file has the set of the decisions with that name. A
// query is translated into sets: those of a term's alternatives are united, those of all terms are intersected, the
// rarest first, and the newest chunks before the older ones, until a page is full. So the time of a search depends
// little on how its filters meet, for which a plan over indexes of columns has no remedy. A chunk that is not full has
// no sets yet; its decisions are few enough to be looked at one by one (see tail).
//
// Lists are in the order of the log, the newest first, a month after the other. Where the gate's clock was set, that is
// not quite the order of the times; the bounds of a query are about the times themselves.
//
// # Projecting
//
// One process projects; it holds the folder's lock. Each file has the number of the last record in it, stored in the
// transaction of the rows, and desk.db commits last of a batch. After a crash, or a power failure that took the newest
// commits of some files, the records are read again from the first one that some file lacks, and those files that have
// it pass over it. A file that is missing is built again; one that is damaged or of another version is renamed to
// *.damaged first, and [Config.Damaged] is told. If the records are not those that the index was made of, because the
// log is another one, the index begins anew.
package index
