//! Empty on purpose: see the manifest. Contract tests use `crates/motsu`.
