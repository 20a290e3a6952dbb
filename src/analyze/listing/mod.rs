//! Listing: what the editions of the lists say of an entity, from day to day.
//!
//! In: watchlists, of which several may be editions of one list. Out: one watchlist a list, in which an entity has all that any edition
//! says of it, and beside it the days on which each authority had it listed. What lies before the first edition or after the last is
//! unknown unless the list states days: no edition speaks of another day than its own. Two editions can also be held against each other.

mod changes;
mod days;
mod histories;
mod site;

pub use changes::{EntryChange, EntryShown, FieldChange, ListChanges, changes};
pub use days::{EditionEntry, ListingStatus, listing_days};
pub use histories::{AuthorityDays, EntityHistory, ListHistory, Listings, histories};
pub use site::Site;
