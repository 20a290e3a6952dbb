//! Trend tests: against independent software, against simulations whose truth is known, and as properties.

mod reference;
