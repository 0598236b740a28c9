//! reverts
