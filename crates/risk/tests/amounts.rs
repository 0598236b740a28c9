//! Three amounts in one word or two.

use alloy_primitives::U256;
use breakwater_risk::amounts::{pack, unpack};
use proptest::prelude::*;

proptest! {
    #[test]
    fn amounts_unpack_to_what_was_packed(
        amounts: [u128; 3],
        small in 0_u32..128,
        bits in 1_u32..=21,
        foreign: u64,
    ) {
        let amounts = amounts.map(|amount| U256::from(amount >> small));
        let (word, above) = pack(amounts, bits).unwrap();
        prop_assert_eq!(unpack(word, above, bits), amounts);
        // The second word is nothing exactly while all amounts fit the first, and the caller's bits are free.
        let fits = amounts.iter().all(|amount| amount.bit_len() <= 64 + bits as usize);
        prop_assert_eq!(above.is_zero(), fits);
        prop_assert!(word.bit_len() <= 192 + 3 * bits as usize);
        let callers = U256::from(foreign) << (192 + 3 * bits as usize);
        prop_assert_eq!(unpack(word | callers, above, bits), amounts);
    }

    #[test]
    fn an_amount_of_more_than_128_bits_is_refused(amount: u128, place in 0_usize..3, bits in 1_u32..=21) {
        let mut amounts = [U256::from(amount); 3];
        amounts[place] += U256::from(1) << 128;
        prop_assert_eq!(pack(amounts, bits), None);
    }
}
