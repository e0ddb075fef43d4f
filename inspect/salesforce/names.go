package salesforce

import (
	"strings"

	"github.com/phigate/phigate/inspect"
)

// Control is the Object of fields that hold the API's own control data, such as attributes.type and referenceId, and
// whose value has been checked to be of that kind. Neither detectors nor field rules apply to them: a value that is not
// of the kind stays without an object and is inspected like any other.
const Control = inspect.Control

// shadows are the endings of the objects that hold copies of another object's data.
var shadows = []struct{ ending, base string }{
	{"__ChangeEvent", "__c"}, {"__History", "__c"}, {"__Feed", "__c"}, {"__Share", "__c"}, {"__hd", ""},
	{"ChangeEvent", ""}, {"FieldHistory", ""}, {"History", ""}, {"Feed", ""}, {"Share", ""},
}

// Canonical returns the object whose data an object's rows hold: Contact for ContactChangeEvent, ContactHistory,
// ContactFeed and Contact__hd, Gene__c for Gene__ChangeEvent and Gene__History; any other object is its own. Field.Object
// stays as the traffic spells it; policies match both.
func Canonical(object string) string {
	for _, s := range shadows {
		if n := len(object) - len(s.ending); n > 0 && strings.EqualFold(object[n:], s.ending) {
			return object[:n] + s.base
		}
	}
	return object
}

// isHistory reports whether the rows of object hold old and new values of another object's fields.
func isHistory(object string) bool {
	return hasEnding(object, "History") || hasEnding(object, "HistoryArchive") || hasEnding(object, "FeedTrackedChange")
}

// isHistoryValue reports whether a field of a history object holds values of other fields.
func isHistoryValue(field string) bool {
	return strings.EqualFold(field, "OldValue") || strings.EqualFold(field, "NewValue")
}

func hasEnding(s, ending string) bool {
	n := len(s) - len(ending)
	return n >= 0 && strings.EqualFold(s[n:], ending)
}

// KeyPrefix maps the first three characters of an Id to the object, for the objects that are the same in every org.
// It is not to be changed.
var KeyPrefix = map[string]string{
	"001": "Account", "002": "Note", "003": "Contact", "005": "User", "006": "Opportunity", "00D": "Organization",
	"00G": "Group", "00J": "AssignmentRule", "00O": "Report", "00P": "Attachment", "00Q": "Lead", "00T": "Task",
	"00U": "Event", "00e": "Profile", "00l": "Folder", "00k": "OpportunityLineItem", "00v": "CampaignMember",
	"00a": "CaseComment", "012": "RecordType", "015": "Document", "01I": "EntityDefinition", "01Z": "Dashboard",
	"01s": "Pricebook2", "01t": "Product2", "01u": "PricebookEntry", "02i": "Asset", "02s": "EmailMessage",
	"057": "ContentDocumentLink", "068": "ContentVersion", "069": "ContentDocument", "06A": "ContentDocumentLink",
	"0AT": "EventLogFile", "0D5": "FeedItem", "0D7": "FeedComment", "0PS": "PermissionSet", "0Q0": "Quote",
	"500": "Case", "570": "LiveChatTranscript", "701": "Campaign", "707": "AsyncApexJob", "750": "Job", "751": "Batch",
	"800": "Contract", "801": "Order", "802": "OrderItem",
}

// IsID reports whether s has the form of a Salesforce Id: 15 letters and digits, or 18 of which the last three are the
// checksum of the others' letter case.
func IsID(s []byte) bool { return (len(s) == 15 || len(s) == 18) && isID(string(s)) }

func isID(s string) bool {
	if len(s) != 15 && len(s) != 18 {
		return false
	}
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return len(s) == 15 || hasChecksum(s)
}

// hasChecksum reports whether the last three of 18 characters are the checksum of the others: each tells which of five
// are capitals.
func hasChecksum(s string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	for i := range 3 {
		bits := 0
		for j := range 5 {
			if c := s[i*5+j]; 'A' <= c && c <= 'Z' {
				bits |= 1 << j
			}
		}
		if s[15+i] != alphabet[bits] {
			return false
		}
	}
	return true
}

// isRowID reports whether a path segment is an Id rather than a name or a value of the same form: an Id of 15
// characters has no checksum, so that its prefix and a letter must speak for it.
func isRowID(s string) bool {
	if !isID(s) {
		return false
	}
	if len(s) == 18 {
		return true
	}
	if strings.Trim(s, "0123456789") == "" {
		return false
	}
	if _, ok := KeyPrefix[s[:3]]; ok {
		return true
	}
	// Custom objects and those of newer products: a00, m01, 0ZZ, 1AR; a name of 15 letters has no digit there.
	return isDigit(s[0]) || isDigit(s[1]) || isDigit(s[2])
}

// isSafeName reports whether s looks like an API name: it may stand in a template.
func isSafeName(s string) bool {
	if s == "" || len(s) > 80 || isDigit(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}
