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
// # The tree
//
// The chain has no secret: whoever can write the folder can cut whole lines off the end, replace the end by one of his own
// with a fitting chain, or put an older copy of the folder in its place. So the records are also the leaves of a Merkle
// tree (RFC 6962, section 2.1), a leaf being a line without its newline, and each second in which the log grew its root
// is signed: a checkpoint (C2SP tlog-checkpoint) with the origin
//
//	<origin> "/decisions/" <epoch>      or      <origin> "/access/" <epoch>
//
// It is written to the file "checkpoint" in the folder and to [Config.Witness] after what it says is durable: fdatasync
// of the records, then of the tree's hashes, then the root, the signature, and the checkpoint. [Entwine] puts the
// checkpoints of the two logs on record in each other.
//
// A log that has fewer records than were signed, or other ones, was rolled back. [Open] opens it so that the gate can say
// so, but it takes no record, and nothing is signed, until [Acknowledge] begins the next epoch. A gate that went on
// without its evidence would release what nobody can account for; one that signed a second history under the first's
// origin would spoil the first.
//
// # Files
//
//	seg-<first>.log        a segment as it was written
//	seg-<first>.log.zst    a sealed one: zstd frames of a MiB and a seek table (see [Seal])
//	tree-1, tree-2, …      the tree's hashes at the heights 8, 16, …, kept for ever
//	edge-<first>           hashes of pruned records that proofs of kept ones need (see [Prune])
//	checkpoint             the latest checkpoint
//	reserve                blocks for the time when the disk is full
//	lock                   held by the process that writes
package audit
