//! The storage cache of one program call.

use std::collections::HashMap;

use alloy_primitives::B256;

/// Gas that a load from the state costs on top of the EVM's price.
pub(crate) const MISS_GAS: u64 = 5;

#[derive(Clone, Copy, Debug)]
struct Entry {
    value: B256,
    /// The value in the state, if it is known.
    known: Option<B256>,
}

/// Values that a program loaded or wants to store, and how many of both there were. Not shared between frames.
#[derive(Debug, Default)]
pub(crate) struct StorageCache {
    entries: HashMap<B256, Entry>,
    /// Keys in the order in which they came, so that stores have a fixed order.
    order: Vec<B256>,
    loads: u32,
    writes: u32,
}

impl StorageCache {
    /// Counts a load and gives its gas: 0 for the first 32, 2 up to the 128th, then 10.
    pub(crate) fn count_load(&mut self) -> u64 {
        self.loads = self.loads.saturating_add(1);
        match self.loads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Counts a write and gives its gas: 0 for the first 8, 7 up to the 64th, then 10.
    pub(crate) fn count_write(&mut self) -> u64 {
        self.writes = self.writes.saturating_add(1);
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// The cached value of a slot.
    pub(crate) fn get(&self, key: &B256) -> Option<B256> {
        self.entries.get(key).map(|entry| entry.value)
    }

    /// Enters a value that was loaded from the state.
    pub(crate) fn loaded(&mut self, key: B256, value: B256) {
        self.enter(
            key,
            Entry {
                value,
                known: Some(value),
            },
        );
    }

    /// Changes a value. What is known of the state stays as it was.
    pub(crate) fn write(&mut self, key: B256, value: B256) {
        let known = self.entries.get(&key).and_then(|entry| entry.known);
        self.enter(key, Entry { value, known });
    }

    /// Slots whose value is not known to be that of the state, in the order in which they were entered.
    pub(crate) fn dirty(&self) -> Vec<(B256, B256)> {
        self.order
            .iter()
            .filter_map(|key| self.entries.get(key).map(|entry| (*key, *entry)))
            .filter(|(_, entry)| entry.known != Some(entry.value))
            .map(|(key, entry)| (key, entry.value))
            .collect()
    }

    /// Notes that all values are those of the state now.
    pub(crate) fn stored(&mut self) {
        self.entries
            .values_mut()
            .for_each(|entry| entry.known = Some(entry.value));
    }

    /// Forgets all values, but not how many loads and writes there were.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
    }

    fn enter(&mut self, key: B256, entry: Entry) {
        if self.entries.insert(key, entry).is_none() {
            self.order.push(key);
        }
    }
}
