//! static_calls
