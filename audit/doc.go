// Package audit keeps the record of decisions: one JSON object for each exchange and direction, in an append-only,
// hash-chained log that is durable before anything is released. It knows no other package of this module, and its
// types have no place for a value of a body.
//
// # The log
//
// A log is a folder of segments. A segment is a file of lines that each end in one newline (0x0A), and a line is one
// JSON object whose last member is "chain". The first line of a segment is its header, the others are records:
//
//	seg-0000000000000001.log
//	  {"v":1,"log":"01K…","segment":1,"first":1,"node":"gate-1","created":"…","previous":"<64 hex>","chain":"<64 hex>"}
//	  {"v":1,"id":"01K…","time":"…","node":"gate-1","seq":1,"kind":"decision", … ,"chain":"<64 hex>"}
//	  {"v":1,"id":"01K…","time":"…","node":"gate-1","seq":2,"kind":"decision", … ,"chain":"<64 hex>"}
//	seg-00000000000004a1.log
//	  {"v":1,"log":"01K…","segment":2,"first":1185, … ,"previous":"<chain of record 1184>","chain":"<64 hex>"}
//
// The 16 hex digits of a name are the number ("first") of the first record that the segment holds or will hold.
// Records are numbered from 1 without gaps, segments too. The members of a record and their order are those of
// [Decision]. A line has at most [MaxLine] bytes.
//
// # The chain
//
// Take the line's chain member out, together with the comma before it: what is left is a JSON object, the body.
//
//	chain = SHA-256( chain of the line before, 32 bytes ‖ body )      as 64 lower-case hex digits
//
// A header's "previous" is the chain of the line before it, which stands at the end of the segment before it. The
// first header of a log has nothing before it; its "previous" is
//
//	SHA-256( "phigate audit log v1" ‖ 0x00 ‖ node ‖ 0x00 ‖ log )
//
// where log is the log's random identifier. So a changed, removed, repeated or moved line breaks the chain at its
// place, and a missing segment breaks it at the header that follows.
//
// A header with a "cut" member says that only the first so many bytes of the segment before it count: a sync of what
// came after them failed, and the records concerned, none of which had been acknowledged, were written again behind
// this header.
//
// # What the chain does not show
//
// The chain has no secret. Whoever can write the folder can cut whole lines off the end, or replace the end by one of
// his own with a fitting chain. Both show only against a [Report.Head] that was kept elsewhere.
package audit
