package console

import (
	"net/http"

	"github.com/phigate/phigate/audit/review"
)

// What a route asks for instead of a permission of the matrix.
const (
	public   review.Permission = "public"    // nobody needs to be signed in: style, scripts, the icon
	signedIn review.Permission = "signed in" // anybody who is
)

// route is one page or one thing that can be done.
type route struct {
	method, pattern string
	permission      review.Permission
	handle          func(c *Console, r *request) (reply, error)
	file            func(c *Console) http.Handler // of a public route
	front           bool                          // who may not open it is sent to the first page that they may
}

// routes is the one table of what the console answers, and to whom. A page that is not in it does not exist; a test
// asks each of them in each role.
func routes() []route {
	return []route{
		{method: "GET", pattern: "/static/{file}", permission: public, file: (*Console).static},
		{method: "GET", pattern: "/", permission: signedIn, handle: (*Console).notFound},
		{method: "GET", pattern: "/help", permission: signedIn, handle: (*Console).help},
		{method: "GET", pattern: "/search", permission: review.DecisionsView, handle: (*Console).search},

		{method: "GET", pattern: "/queue", permission: review.DecisionsView, handle: (*Console).queue},
		{method: "GET", pattern: "/queue/newer", permission: review.DecisionsView, handle: (*Console).queueNewer},
		{method: "POST", pattern: "/queue/decide", permission: review.DecisionsBulk, handle: (*Console).queueDecide},
		{method: "POST", pattern: "/queue/assign", permission: review.DecisionsDecide, handle: (*Console).queueAssign},
		{method: "POST", pattern: "/views", permission: review.ViewsSave, handle: (*Console).saveView},
		{method: "POST", pattern: "/views/delete", permission: review.ViewsSave, handle: (*Console).deleteView},

		{method: "GET", pattern: "/decisions/{id}", permission: review.DecisionsView, handle: (*Console).decision},
		{method: "GET", pattern: "/decisions/{id}/record.json", permission: review.ExportRun, handle: (*Console).decisionRecord},
		{method: "GET", pattern: "/decisions/{id}/proof", permission: review.ProofsDownload, handle: (*Console).decisionProof},
		{method: "POST", pattern: "/decisions/{id}/decide", permission: review.DecisionsDecide, handle: (*Console).decide},
		{method: "POST", pattern: "/decisions/{id}/confirm", permission: review.DecisionsDecide, handle: (*Console).confirm},
		{method: "POST", pattern: "/decisions/{id}/reopen", permission: review.DecisionsDecide, handle: (*Console).reopen},
		{method: "POST", pattern: "/decisions/{id}/assign", permission: review.DecisionsDecide, handle: (*Console).assign},
		{method: "POST", pattern: "/decisions/{id}/note", permission: review.NotesWrite, handle: (*Console).note},

		// A case says that decisions are about one value, which is what a fingerprint says.
		{method: "GET", pattern: "/cases", permission: review.FingerprintsView, handle: (*Console).cases},
		{method: "GET", pattern: "/cases/{key}", permission: review.FingerprintsView, handle: (*Console).caseOne},
		{method: "POST", pattern: "/cases/{key}/decide", permission: review.CasesDecide, handle: (*Console).caseDecide},

		{method: "GET", pattern: "/{$}", permission: review.OverviewView, handle: (*Console).overview, front: true},
		{method: "GET", pattern: "/data-map", permission: review.DatamapView, handle: (*Console).datamap},
		{method: "GET", pattern: "/data-map.csv", permission: review.ExportRun, handle: (*Console).datamapCSV},
		{method: "GET", pattern: "/clients", permission: review.ClientsView, handle: (*Console).clients},
		{method: "GET", pattern: "/policy", permission: review.PolicyView, handle: (*Console).policies},
		{method: "GET", pattern: "/policy/{digest}", permission: review.PolicyView, handle: (*Console).policy},

		{method: "GET", pattern: "/exceptions", permission: review.ExceptionsView, handle: (*Console).exceptions},
		{method: "POST", pattern: "/exceptions", permission: review.ExceptionsRequest, handle: (*Console).exceptionRequest},
		{method: "POST", pattern: "/exceptions/{id}/resolve", permission: review.ExceptionsApprove, handle: (*Console).exceptionResolve},
		{method: "POST", pattern: "/exceptions/{id}/revoke", permission: review.ExceptionsRequest, handle: (*Console).exceptionRevoke},

		{method: "GET", pattern: "/access", permission: review.AccessView, handle: (*Console).access},
		{method: "GET", pattern: "/holds", permission: review.HoldsView, handle: (*Console).holds},
		{method: "POST", pattern: "/holds", permission: review.HoldsManage, handle: (*Console).holdPlace},
		{method: "POST", pattern: "/holds/{id}/release", permission: review.HoldsManage, handle: (*Console).holdRelease},

		{method: "GET", pattern: "/users", permission: review.UsersManage, handle: (*Console).users},
		{method: "POST", pattern: "/users", permission: review.UsersManage, handle: (*Console).userInvite},
		{method: "POST", pattern: "/users/role", permission: review.UsersManage, handle: (*Console).userRole},
		{method: "POST", pattern: "/users/disable", permission: review.UsersManage, handle: (*Console).userDisable},
		{method: "POST", pattern: "/users/enable", permission: review.UsersManage, handle: (*Console).userEnable},
		{method: "POST", pattern: "/users/reset", permission: review.UsersManage, handle: (*Console).userReset},
	}
}
