//! Reading parameters. Every refusal names the parameter.

use alloy_eips::{BlockId, BlockNumberOrTag};
use jsonrpsee::{core::RpcResult, types::Params};
use revm::primitives::U256;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors::invalid;

/// The parameters of a request, by position.
#[derive(Debug)]
pub(crate) struct Arguments(Vec<Value>);

impl Arguments {
    pub(crate) fn new(params: &Params<'_>) -> RpcResult<Self> {
        if params.as_str().is_none() {
            return Ok(Self(Vec::new()));
        }
        params
            .parse()
            .map(Self)
            .map_err(|_| invalid("params must be a list"))
    }

    /// Values to be read as parameters.
    pub(crate) fn of(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// The parameter at `index`, if it is there and not null.
    pub(crate) fn optional<T: DeserializeOwned>(
        &self,
        index: usize,
        name: &str,
    ) -> RpcResult<Option<T>> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|error| invalid(format!("parameter {index}, {name}: {error}"))),
        }
    }

    pub(crate) fn required<T: DeserializeOwned>(&self, index: usize, name: &str) -> RpcResult<T> {
        self.optional(index, name)?
            .ok_or_else(|| invalid(format!("parameter {index}, {name}, is missing")))
    }

    /// A block number, tag or hash; the latest block if there is none.
    pub(crate) fn block(&self, index: usize) -> RpcResult<BlockId> {
        let block = self.optional(index, "block")?;
        Ok(block.unwrap_or(BlockId::Number(BlockNumberOrTag::Latest)))
    }

    /// A whole number: JSON number, or text in hexadecimal (`0x…`) or decimal.
    pub(crate) fn optional_number(&self, index: usize, name: &str) -> RpcResult<Option<u64>> {
        let Some(value) = self.optional::<Value>(index, name)? else {
            return Ok(None);
        };
        let number = match &value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text
                .parse::<U256>()
                .ok()
                .and_then(|number| u64::try_from(number).ok()),
            _ => None,
        };
        number.map(Some).ok_or_else(|| {
            invalid(format!(
                "parameter {index}, {name}: not a whole number below 2^64"
            ))
        })
    }

    pub(crate) fn number(&self, index: usize, name: &str) -> RpcResult<u64> {
        self.optional_number(index, name)?
            .ok_or_else(|| invalid(format!("parameter {index}, {name}, is missing")))
    }
}
