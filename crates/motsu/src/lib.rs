//! motsu.
