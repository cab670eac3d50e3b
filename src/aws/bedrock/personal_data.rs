//! Personal data and other sensitive information that a guardrail finds.

use serde::{Deserialize, Serialize};

use crate::resource::cloud_control::Property;

macro_rules! personal_data {
    ($($(#[$doc:meta])* $name:ident = $ours:literal, $theirs:literal;)+) => {
        /// A type of personal data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub enum PersonalData {
            $($(#[$doc])* #[serde(rename = $ours)] $name,)+
        }

        impl TryFrom<String> for PersonalData {
            type Error = String;

            fn try_from(name: String) -> Result<Self, String> {
                match name.as_str() {
                    $($ours => Ok(Self::$name),)+
                    other => Err(unknown(other)),
                }
            }
        }

        /// The words of AWS for types of personal data.
        pub(super) const TYPES: &[(&str, &str)] = &[$(($ours, $theirs)),+];
    };
}

personal_data! {
    /// A postal address.
    Address = "address", "ADDRESS";
    /// An age.
    Age = "age", "AGE";
    /// The id of an access key of AWS.
    AwsAccessKey = "aws_access_key", "AWS_ACCESS_KEY";
    /// The secret of an access key of AWS.
    AwsSecretKey = "aws_secret_key", "AWS_SECRET_KEY";
    /// A Canadian health service number.
    CaHealthNumber = "ca_health_number", "CA_HEALTH_NUMBER";
    /// A Canadian social insurance number.
    CaSocialInsuranceNumber = "ca_social_insurance_number", "CA_SOCIAL_INSURANCE_NUMBER";
    /// The verification code of a payment card.
    CreditDebitCardCvv = "credit_debit_card_cvv", "CREDIT_DEBIT_CARD_CVV";
    /// The expiry date of a payment card.
    CreditDebitCardExpiry = "credit_debit_card_expiry", "CREDIT_DEBIT_CARD_EXPIRY";
    /// The number of a payment card.
    CreditDebitCardNumber = "credit_debit_card_number", "CREDIT_DEBIT_CARD_NUMBER";
    /// The number of a driving licence.
    DriverId = "driver_id", "DRIVER_ID";
    /// An email address.
    Email = "email", "EMAIL";
    /// An international bank account number.
    InternationalBankAccountNumber = "international_bank_account_number", "INTERNATIONAL_BANK_ACCOUNT_NUMBER";
    /// An IP address.
    IpAddress = "ip_address", "IP_ADDRESS";
    /// A licence plate.
    LicensePlate = "license_plate", "LICENSE_PLATE";
    /// A MAC address.
    MacAddress = "mac_address", "MAC_ADDRESS";
    /// The name of a person.
    Name = "name", "NAME";
    /// A password.
    Password = "password", "PASSWORD";
    /// A phone number.
    Phone = "phone", "PHONE";
    /// A personal identification number.
    Pin = "pin", "PIN";
    /// The SWIFT code of a bank.
    SwiftCode = "swift_code", "SWIFT_CODE";
    /// A number of the British health service.
    UkNationalHealthServiceNumber = "uk_national_health_service_number", "UK_NATIONAL_HEALTH_SERVICE_NUMBER";
    /// A British national insurance number.
    UkNationalInsuranceNumber = "uk_national_insurance_number", "UK_NATIONAL_INSURANCE_NUMBER";
    /// A British taxpayer reference.
    UkUniqueTaxpayerReferenceNumber = "uk_unique_taxpayer_reference_number", "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER";
    /// An address of the web.
    Url = "url", "URL";
    /// The name of a user account.
    Username = "username", "USERNAME";
    /// The number of an American bank account.
    UsBankAccountNumber = "us_bank_account_number", "US_BANK_ACCOUNT_NUMBER";
    /// The routing number of an American bank.
    UsBankRoutingNumber = "us_bank_routing_number", "US_BANK_ROUTING_NUMBER";
    /// An American taxpayer number.
    UsIndividualTaxIdentificationNumber = "us_individual_tax_identification_number", "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER";
    /// The number of an American passport.
    UsPassportNumber = "us_passport_number", "US_PASSPORT_NUMBER";
    /// An American social security number, often called SSN.
    UsSocialSecurityNumber = "us_social_security_number", "US_SOCIAL_SECURITY_NUMBER";
    /// The number of a vehicle.
    VehicleIdentificationNumber = "vehicle_identification_number", "VEHICLE_IDENTIFICATION_NUMBER";
}

/// Names that other tools and texts have for types of personal data.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("ssn", "us_social_security_number"),
    ("social_security_number", "us_social_security_number"),
    ("itin", "us_individual_tax_identification_number"),
    ("credit_card", "credit_debit_card_number"),
    ("credit_card_number", "credit_debit_card_number"),
    ("card_number", "credit_debit_card_number"),
    ("cvv", "credit_debit_card_cvv"),
    ("iban", "international_bank_account_number"),
    ("swift", "swift_code"),
    ("vin", "vehicle_identification_number"),
    ("email_address", "email"),
    ("phone_number", "phone"),
    ("passport", "us_passport_number"),
    ("driver_license", "driver_id"),
];

/// Returns the message for a name that no type of personal data has.
fn unknown(name: &str) -> String {
    let plain = name.to_ascii_lowercase();
    let same = TYPES.iter().find(|(ours, _)| *ours == plain).map(|(ours, _)| *ours);
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == plain).map(|(_, ours)| *ours);
    match same.or(other) {
        Some(right) => format!("`{name}` is no type of personal data: write `{right}`"),
        None => {
            let all: Vec<&str> = TYPES.iter().map(|(ours, _)| *ours).collect();
            format!("`{name}` is no type of personal data: use one of {}", all.join(", "))
        }
    }
}

/// The action on sensitive information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataAction {
    /// The message of the guardrail takes the place of the whole text.
    Block,
    /// The name of the type takes the place of the information.
    Anonymize,
    /// It passes, and the trace of the call shows it.
    None,
}

const ACTIONS: &[(&str, &str)] = &[("block", "BLOCK"), ("anonymize", "ANONYMIZE"), ("none", "NONE")];

/// The action on a type of personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalDataRule {
    /// The type.
    pub data: PersonalData,
    /// The action.
    pub action: DataAction,
    /// Another action in prompts.
    #[serde(default)]
    pub input: Option<DataAction>,
    /// Another action in responses.
    #[serde(default)]
    pub output: Option<DataAction>,
    /// Whether prompts are checked; they are unless given.
    #[serde(default)]
    pub input_enabled: Option<bool>,
    /// Whether responses are checked; they are unless given.
    #[serde(default)]
    pub output_enabled: Option<bool>,
}

impl PersonalDataRule {
    /// Creates the action on a type of personal data in prompts and responses.
    pub fn new(data: PersonalData, action: DataAction) -> Self {
        Self { data, action, input: None, output: None, input_enabled: None, output_enabled: None }
    }
}

/// The action on text that fits a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternRule {
    /// The name, up to 100 characters.
    pub name: String,
    /// A description, up to 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The regular expression, up to 500 characters.
    pub pattern: String,
    /// The action.
    pub action: DataAction,
    /// Another action in prompts.
    #[serde(default)]
    pub input: Option<DataAction>,
    /// Another action in responses.
    #[serde(default)]
    pub output: Option<DataAction>,
    /// Whether prompts are checked; they are unless given.
    #[serde(default)]
    pub input_enabled: Option<bool>,
    /// Whether responses are checked; they are unless given.
    #[serde(default)]
    pub output_enabled: Option<bool>,
}

impl PatternRule {
    /// Creates the action on text that fits a pattern, in prompts and responses.
    pub fn new(name: impl Into<String>, pattern: impl Into<String>, action: DataAction) -> Self {
        Self {
            name: name.into(),
            description: None,
            pattern: pattern.into(),
            action,
            input: None,
            output: None,
            input_enabled: None,
            output_enabled: None,
        }
    }
}

/// The properties of the action on a type of personal data.
pub(super) const DATA_RULE: &[Property] = &[
    Property::words("data", "Type", TYPES),
    Property::words("action", "Action", ACTIONS),
    Property::words("input", "InputAction", ACTIONS),
    Property::words("output", "OutputAction", ACTIONS),
    Property::plain("input_enabled", "InputEnabled"),
    Property::plain("output_enabled", "OutputEnabled"),
];

/// The properties of the action on a pattern.
pub(super) const PATTERN_RULE: &[Property] = &[
    Property::plain("name", "Name"),
    Property::plain("description", "Description"),
    Property::plain("pattern", "Pattern"),
    Property::words("action", "Action", ACTIONS),
    Property::words("input", "InputAction", ACTIONS),
    Property::words("output", "OutputAction", ACTIONS),
    Property::plain("input_enabled", "InputEnabled"),
    Property::plain("output_enabled", "OutputEnabled"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::cloud_control::facts;
    use serde_json::json;

    #[test]
    fn a_wrong_name_of_personal_data_is_refused_with_the_right_one() {
        let error = |name: &str| serde_json::from_value::<PersonalData>(json!(name)).unwrap_err().to_string();
        for (wrong, right) in [
            ("SSN", "us_social_security_number"),
            ("US_SOCIAL_SECURITY_NUMBER", "us_social_security_number"),
            ("credit_card", "credit_debit_card_number"),
        ] {
            assert_eq!(error(wrong), format!("`{wrong}` is no type of personal data: write `{right}`"));
        }
        assert!(error("shoe_size").contains("use one of address, age"), "{}", error("shoe_size"));
    }

    #[test]
    fn every_type_of_personal_data_of_aws_has_a_name() {
        let types = &facts("AWS::Bedrock::Guardrail").unwrap().definitions["PiiEntityType"]["enum"];
        let known: Vec<&str> = TYPES.iter().map(|(_, theirs)| *theirs).collect();
        assert_eq!(*types, json!(known));
        for (ours, _) in TYPES {
            let read: PersonalData = serde_json::from_value(json!(ours)).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), json!(ours));
        }
    }
}
