//! The nouns, each with its parser.

pub mod account;
pub mod answer;
pub mod code_list;
pub mod column_words;
pub mod country;
pub mod date;
pub mod date_style;
pub mod digest;
pub mod document_id;
pub mod file_profile;
pub mod goods;
pub mod hs_code;
pub mod issue;
pub mod key;
pub mod listed_entity;
pub mod measure;
pub mod part;
pub mod party;
pub mod procedure;
pub mod question;
pub mod raw_shipments;
pub mod role;
pub mod shipment_key;
pub mod shipments;
pub mod vendor_schema;
