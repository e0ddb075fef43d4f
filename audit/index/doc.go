// Package index is a projection of the decision log and the access log that can be searched: one SQLite file for the
// decisions of each month, and one for what people did about them. The logs are the truth; the files can be deleted at
// any time and are built again.
package index
