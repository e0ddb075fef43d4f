package salesforce

import "strings"

// parents are the relationships from a row to another, by lower-case name; those of one object only have it before
// them. The first object of a polymorphic one is not preferred.
var parents = map[string][]string{
	"account": {"Account"}, "contact": {"Contact"}, "lead": {"Lead"}, "case": {"Case"}, "opportunity": {"Opportunity"},
	"campaign": {"Campaign"}, "user": {"User"}, "owner": {"User", "Group"}, "createdby": {"User"},
	"lastmodifiedby": {"User"}, "reportsto": {"Contact"}, "recordtype": {"RecordType"}, "who": {"Contact", "Lead"},
	"manager": {"User"}, "profile": {"Profile"}, "userrole": {"UserRole"}, "asset": {"Asset"},
	"contract": {"Contract"}, "order": {"Order"}, "product2": {"Product2"}, "pricebook2": {"Pricebook2"},
	"personcontact": {"Contact"}, "convertedaccount": {"Account"}, "convertedcontact": {"Contact"},
	"contentdocument": {"ContentDocument"}, "latestpublishedversion": {"ContentVersion"}, "emailmessage": {"EmailMessage"},
}

// children are the relationships from a row to a list of rows, by lower-case name.
var children = map[string]string{
	"accounts": "Account", "contacts": "Contact", "cases": "Case", "opportunities": "Opportunity", "leads": "Lead",
	"tasks": "Task", "events": "Event", "attachments": "Attachment", "notes": "Note", "assets": "Asset",
	"contracts": "Contract", "orders": "Order", "orderitems": "OrderItem", "users": "User", "quotes": "Quote",
	"casecomments": "CaseComment", "emailmessages": "EmailMessage", "emails": "EmailMessage",
	"campaignmembers": "CampaignMember", "opportunitylineitems": "OpportunityLineItem", "childaccounts": "Account",
	"personcontacts": "Contact", "opportunitycontactroles": "OpportunityContactRole",
	"accountcontactrelations": "AccountContactRelation", "accountcontactroles": "AccountContactRole",
	"casecontactroles": "CaseContactRole", "activityhistories": "ActivityHistory", "openactivities": "OpenActivity",
	"contentdocumentlinks": "ContentDocumentLink", "attachedcontentdocuments": "AttachedContentDocument",
	"combinedattachments": "CombinedAttachment", "contentversions": "ContentVersion", "feedcomments": "FeedComment",
	"livechattranscripts": "LiveChatTranscript", "healthconditions": "HealthCondition",
	"careplans": "CarePlan", "clinicalencounters": "ClinicalEncounter", "identifiers": "Identifier",
	"medicationrequests": "MedicationRequest", "memberplans": "MemberPlan",
}

// standardRelations knows the relationships that are the same in every org. Those of custom objects end with __r and
// are known only from a description.
func standardRelations(object, relationship string) []string {
	name := strings.ToLower(relationship)
	switch name {
	case "parent":
		return parentOf(object)
	case "what", "masterrecord", "linkedentity", "relatedto":
		return nil
	case "histories":
		return shadow(object, "History")
	case "feeds":
		return shadow(object, "Feed")
	case "shares":
		return shadow(object, "Share")
	}
	if targets, ok := parents[name]; ok {
		return targets
	}
	if child, ok := children[name]; ok {
		return []string{child}
	}
	return nil
}

// parentOf returns what the relationship Parent of an object leads to: a row of the same object, or for what hangs on
// a row that row.
func parentOf(object string) []string {
	switch strings.ToLower(object) {
	case "account", "case", "campaign", "asset":
		return []string{object}
	case "casecomment", "emailmessage":
		return []string{"Case"}
	}
	if base := Canonical(object); base != object {
		return []string{base}
	}
	return nil
}

// shadow returns the object that holds copies of another one's data.
func shadow(object, kind string) []string {
	if object == "" {
		return nil
	}
	if base, custom := strings.CutSuffix(object, "__c"); custom {
		return []string{base + "__" + kind}
	}
	return []string{object + kind}
}
