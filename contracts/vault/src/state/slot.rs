//! The slots of the vault's storage.

/// The loan asset (160 bits), its decimals (8). Above: the fund's cash, see `VaultState::fund_cash`.
pub(super) const ASSET: u64 = 0;
/// The oracle adapter (160 bits). Above: what the fund owes lenders that only recoveries can pay, loan asset.
pub(super) const ORACLE: u64 = 1;
/// The liquidation auction (160 bits). Above: what claims may still bring the fund, and its cash, loan asset. Their sum, since a payment
/// for the fund moves from one to the other.
pub(super) const AUCTION: u64 = 2;
/// The insurance fund (160 bits). Above: what sales of its inventory owe lenders, loan asset.
pub(super) const FUND: u64 = 3;
/// The vault's program for views.
pub(super) const VIEWS: u64 = 4;
/// May change parameters.
pub(super) const OWNER: u64 = 5;
/// Becomes the owner by accepting.
pub(super) const PENDING_OWNER: u64 = 6;
/// Name of the vault share: at most 31 bytes, its length in the last byte.
pub(super) const NAME: u64 = 7;
/// Symbol of the vault share, likewise.
pub(super) const SYMBOL: u64 = 8;
/// Low half: cash (120 bits). High half: carrying of all claims (112). A payment on a claim moves from one to the other; how much moved since
/// the last accrual is in the bits between, as is the lock: see `market::Liquidity`.
pub(super) const LIQUIDITY: u64 = 9;
/// Low half: borrow assets. High half: borrow shares.
pub(super) const LOANS: u64 = 10;
/// Low half: vault shares. High half: unvested recoveries (104 bits), and what the fund absorbed since the last accrual (24, as
/// `risk::compact` writes bounds).
pub(super) const SHARES: u64 = 11;
/// Rate at target, last accrual, end of vesting (36 bits each), 4 free bits; reserve short of a base unit in 2^-16 units (16);
/// interest reserve (96); interest short of a base unit in 2^-32 units (32).
pub(super) const CLOCK: u64 = 12;
/// Debt for sale, all tokens, as `Room::pack` has it. Above: a copy of the cap period (seconds, 22 bits). The top bit is always set: the word is
/// never new to a liquidation.
pub(super) const TOTAL_ROOM: u64 = 13;
/// Lowest first: target health, backstop discount, reserve factor (billionths), cap period (seconds), 32 bits each; cool-off (seconds, 11
/// bits), end of the first verb's pause (hours since 1970, 21), chip (billionths, 32); ends of three more pauses, 21 each. See `Risk::pack`.
pub(super) const RISK: u64 = 14;
/// Least debt worth an auction, least debt of an account, tip, loan asset: the low 64 bits of each, then what is above them, 24 bits of the
/// second, 23 of the first, 17 of the third.
pub(super) const MINIMUMS: u64 = 15;
/// Low half: cap on total assets, loan asset. Above: its tightening (26 bits), as `Tightening::pack` has it.
pub(super) const SUPPLY_CAP: u64 = 17;
/// Low half: vault shares that always stay with the fund. High half: number of collaterals (8 bits), then vault shares that the fund
/// spent on lots that it still has.
pub(super) const FUND_MINIMUM: u64 = 18;
/// Map, owner to vault shares.
pub(super) const BALANCES: u64 = 19;
/// Map, owner to map, spender to vault shares that it may move.
pub(super) const ALLOWANCES: u64 = 20;
/// Map, owner to map, operator to 1 if it may act for all accounts of the owner.
pub(super) const OPERATORS: u64 = 21;
/// Map, token to the words of `collateral`.
pub(super) const COLLATERALS: u64 = 22;
/// Map, index to token.
pub(super) const TOKENS: u64 = 23;
/// Map, account to the words of `account`.
pub(super) const ACCOUNTS: u64 = 24;
/// The vault's program for liquidation (160 bits). Above: cap on all debt for sale, loan asset: the core has read the word when it runs.
pub(super) const LIQUIDATION: u64 = 25;
/// The vault's program for claims (160 bits). Above, a copy of what it needs of `RISK`, lowest first: backstop discount, reserve factor
/// (billionths), 32 bits each.
pub(super) const SETTLEMENT: u64 = 26;
/// The vault's program for administration and rights.
pub(super) const ADMINISTRATION: u64 = 27;
/// Map, owner to the number of its next signature.
pub(super) const NONCES: u64 = 28;
/// Guardian (160 bits), then, lowest first: end of the pause of liquidation (hours since 1970, 24 bits), grace (seconds,
/// 24), health from which there is grace (billionths, 32).
pub(super) const GUARD: u64 = 29;
/// Eight figures of 32 bits, ratios in billionths and times in seconds, lowest first: deviations and horizon for opening, for
/// the threshold, deviations for predictive liquidation and its penalty, slew an hour, least volatility.
pub(super) const MARGIN_RULES: u64 = 30;
/// Low half: cap on the flow of predictive liquidation, loan asset.
pub(super) const PREDICTIVE_CAP: u64 = 31;
/// Debt of predictive lots that counts against it, as `Room::pack` has it; the top bit is always set.
pub(super) const PREDICTIVE_ROOM: u64 = 32;
/// Low half: cover that the fund should have, loan asset. Above: when auto-deleveraging was armed (64 bits), whether the target was
/// ever met (1).
pub(super) const DELEVERAGING: u64 = 33;
/// May tighten limits for a time.
pub(super) const STEWARD: u64 = 35;

/// The vault's program for the fund's collateral.
pub(super) const INVENTORY: u64 = 34;

/// Words of a collateral.
pub(super) mod collateral {
    /// Eight ratios in billionths, 32 bits each, lowest first: `borrowLtv`; liquidation threshold as it is now, at least, at
    /// most; least and greatest penalty; lot buffer; market beta.
    pub(in super::super) const MARGIN: u64 = 0;
    /// Low half: supply cap, base units of the token. Above: when the threshold was last moved (64 bits). No liquidation reads it.
    pub(in super::super) const LIMITS: u64 = 1;
    /// Low half: all of the token in the books, free and in lots. Above: cap on debt for sale, loan asset (96 bits); the index plus one
    /// (6 bits); the tightening of `borrowLtv` (26), as `Tightening::pack` has it.
    pub(in super::super) const AMOUNTS: u64 = 2;
    /// Debt for sale with this token, as `Room::pack` has it; the top bit is always set.
    pub(in super::super) const ROOM: u64 = 3;
}

/// Words of an account.
pub(super) mod account {
    /// Low half: borrow shares. Above: bitmap of collaterals (32 bits), 9 free bits, predictive (1); then the time of the last step that raised
    /// the account's risk (64).
    pub(in super::super) const HEAD: u64 = 0;
    /// The claim: carrying, penalty, and the part of it that live auctions ask for, the low 81 bits of each, as `breakwater_risk::amounts` packs
    /// them; a free bit; live lots (8 bits), closing (1). The top bit is set once an account has had a claim: the word is then overwritten, not
    /// zeroed, and the next claim costs 17,000 gas less. The two bits under it say whether the words below count: they are written only if
    /// they do. An ended lot changes no other word of the account but the position.
    pub(in super::super) const CLAIM: u64 = 1;
    /// What does not fit the word above.
    pub(in super::super) const CLAIM_LARGE: u64 = 2;
    /// Low half: written off. High half: of that, what the fund paid and has not got back.
    pub(in super::super) const CLAIM_LOSS: u64 = 3;
    /// Map, token index to collateral. Low half: free. High half: in lots.
    pub(in super::super) const POSITIONS: u64 = 4;
}
