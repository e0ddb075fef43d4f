package salesforce

import "testing"

func TestCanonical(t *testing.T) {
	tests := map[string]string{
		"Contact": "Contact", "ContactHistory": "Contact", "ContactChangeEvent": "Contact", "ContactFeed": "Contact",
		"ContactShare": "Contact", "Contact__hd": "Contact", "Gene__c": "Gene__c", "Gene__History": "Gene__c",
		"Gene__ChangeEvent": "Gene__c", "ns__Gene__Feed": "ns__Gene__c", "Gene__Share": "Gene__c",
		"OpportunityFieldHistory": "Opportunity", "contacthistory": "contact", "History": "History", "": "",
	}
	for object, want := range tests {
		if got := Canonical(object); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", object, got, want)
		}
	}
}

func TestIsID(t *testing.T) {
	tests := map[string]bool{
		"0035e00000Abcde": true, "0035e00000AbcdeAAB": true, "001D000000IRFmaIAH": true, "0035e00000AbcdeAAA": false,
		"0035e00000Abcd": false, "0035e00000Abcdef": false, "0035e00000Abc-e": false, "": false, "0035e00000AbcdeAAb": false,
	}
	for s, want := range tests {
		if got := IsID([]byte(s)); got != want {
			t.Errorf("IsID(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestIsRowID(t *testing.T) {
	tests := map[string]bool{
		"0035e00000Abcde": true, "a015e00000Abcde": true, "0035e00000AbcdeAAB": true, "123456789012345": false,
		"EmailAddressXyz": false, "FederationIdent": false, "4111111111111111": false,
	}
	for s, want := range tests {
		if got := isRowID(s); got != want {
			t.Errorf("isRowID(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestIsHistory(t *testing.T) {
	for object, want := range map[string]bool{"ContactHistory": true, "Gene__History": true, "FieldHistoryArchive": true,
		"Contact": false, "HistoryItem__c": false} {
		if got := isHistory(object); got != want {
			t.Errorf("isHistory(%q) = %v, want %v", object, got, want)
		}
	}
}
