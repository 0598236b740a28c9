//! A market to test with: the vault's six programs, the real adapter, auction and fund, and doubles of tokens and feeds.
//!
//! Everything is driven through the ABI, by the `sol!` declarations: what these tests see is what an outsider sees.

// Each test file uses a part of this; the SDK's macros write public items into a private module.
#![allow(dead_code, missing_docs, unreachable_pub, unexpected_cfgs)]

use alloy_primitives::{Address, Bytes, B256, U256, U512};
use alloy_sol_types::{sol, SolCall, SolError, SolEvent, SolInterface, SolValue};
use breakwater_interfaces::{
    auction::{IAuctionTaker, ILiquidationAuction},
    external::{AggregatorV3Interface, IERC20},
    oracle::{IOracleAdapter, Leg, Parameters},
    vault::{IVault, WaterfallView},
};
use breakwater_risk::account::account_id;
use insurance_fund::InsuranceFund;
use liquidation_auction::LiquidationAuction;
use motsu::prelude::*;
use oracle_adapter::{OracleAdapter, OracleAdapterExtension};
use stylus_sdk::{
    abi::CONSTRUCTOR_SELECTOR,
    call::RawCall,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageBytes, StorageMap, StorageU256},
    ArbResult,
};
use vault::{
    Vault, VaultAdministration, VaultInventory, VaultLiquidation, VaultSettlement, VaultViews,
};

pub use IVault::IVaultErrors as Error;

sol! {
    /// What a double was told to fail with.
    #[derive(Debug)]
    error Refused();
}

// ----- doubles -----

/// How a [`Token`] behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Manner {
    /// As EIP-20 asks.
    Standard,
    /// Moves the amount and returns nothing.
    ReturnsNothing,
    /// Moves nothing and returns false.
    ReturnsFalse,
    /// Reverts.
    Reverts,
    /// Keeps one part in a hundred.
    TakesFee,
    /// Moves the amount and returns two.
    ReturnsTwo,
}

/// An ERC-20 that can be told to misbehave, and to call somebody in the middle of a transfer.
#[storage]
pub struct Token {
    balances: StorageMap<Address, StorageU256>,
    allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    manner: StorageU256,
    /// Can't receive.
    blocked: StorageAddress,
    /// Called in the middle of every transfer, with `hook_data`.
    hook: StorageAddress,
    hook_data: StorageBytes,
    hook_succeeded: StorageBool,
    hook_answer: StorageBytes,
}

unsafe impl TopLevelStorage for Token {}

impl Token {
    pub fn mint(&mut self, to: Address, value: U256) {
        let balance = self.balances.get(to) + value;
        self.balances.insert(to, balance);
    }

    pub fn behave(&mut self, manner: Manner) {
        self.manner.set(U256::from(manner as u8));
    }

    pub fn block(&mut self, who: Address) {
        self.blocked.set(who);
    }

    pub fn set_hook(&mut self, to: Address, data: &[u8]) {
        self.hook.set(to);
        self.hook_data.set_bytes(data);
    }

    pub fn hook_outcome(&self) -> (bool, Vec<u8>) {
        (self.hook_succeeded.get(), self.hook_answer.get_bytes())
    }

    pub fn balance(&self, who: Address) -> U256 {
        self.balances.get(who)
    }

    fn pass(&mut self, from: Address, to: Address, value: U256) -> ArbResult {
        let manner = self.manner.get().to::<u8>();
        let answer = match manner {
            _ if manner == Manner::Reverts as u8 || to == self.blocked.get() => {
                return Err(Refused {}.abi_encode());
            }
            _ if manner == Manner::ReturnsFalse as u8 => return Ok(U256::ZERO.abi_encode()),
            _ if manner == Manner::ReturnsNothing as u8 => vec![],
            _ if manner == Manner::ReturnsTwo as u8 => U256::from(2).abi_encode(),
            _ => U256::from(1).abi_encode(),
        };
        let Some(rest) = self.balances.get(from).checked_sub(value) else {
            return Err(Refused {}.abi_encode());
        };
        let received = if manner == Manner::TakesFee as u8 {
            value - value / U256::from(100)
        } else {
            value
        };
        self.balances.insert(from, rest);
        let balance = self.balances.get(to) + received;
        self.balances.insert(to, balance);
        let hook = self.hook.get();
        if !hook.is_zero() {
            let data = self.hook_data.get_bytes();
            // SAFETY: nothing of this double's storage is held over the call.
            let result = unsafe { RawCall::new(self.vm()).call(hook, &data) };
            self.hook_succeeded.set(result.is_ok());
            self.hook_answer
                .set_bytes(result.unwrap_or_else(|error| error));
        }
        Ok(answer)
    }
}

#[public]
impl Token {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let caller = self.vm().msg_sender();
        match IERC20::IERC20Calls::abi_decode_validate(calldata) {
            Ok(IERC20::IERC20Calls::balanceOf(call)) => {
                Ok(self.balances.get(call.owner).abi_encode())
            }
            Ok(IERC20::IERC20Calls::approve(call)) => {
                self.allowances
                    .setter(caller)
                    .insert(call.spender, call.value);
                Ok(U256::from(1).abi_encode())
            }
            Ok(IERC20::IERC20Calls::transfer(call)) => self.pass(caller, call.to, call.value),
            Ok(IERC20::IERC20Calls::transferFrom(call)) => {
                let allowed = self.allowances.getter(call.from).get(caller);
                let Some(rest) = allowed.checked_sub(call.value) else {
                    return Err(vec![]);
                };
                self.allowances.setter(call.from).insert(caller, rest);
                self.pass(call.from, call.to, call.value)
            }
            _ => Err(vec![]),
        }
    }
}

/// A Chainlink-style feed with eight decimals.
#[storage]
pub struct Feed {
    answer: StorageU256,
    updated_at: StorageU256,
    is_broken: StorageBool,
}

unsafe impl TopLevelStorage for Feed {}

impl Feed {
    pub fn set(&mut self, answer: U256, updated_at: u64) {
        self.answer.set(answer);
        self.updated_at.set(U256::from(updated_at));
    }

    pub fn answer(&self) -> U256 {
        self.answer.get()
    }

    pub fn break_down(&mut self, is_broken: bool) {
        self.is_broken.set(is_broken);
    }
}

#[public]
impl Feed {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        if self.is_broken.get() {
            return Err(Refused {}.abi_encode());
        }
        match calldata.first_chunk::<4>() {
            Some(&AggregatorV3Interface::decimalsCall::SELECTOR) => Ok(U256::from(8).abi_encode()),
            Some(&AggregatorV3Interface::latestRoundDataCall::SELECTOR) => {
                let (round, time) = (U256::from(1), self.updated_at.get());
                Ok((round, self.answer.get(), time, time, round).abi_encode())
            }
            _ => Err(vec![]),
        }
    }
}

/// A receiver of collateral that calls somebody before the payment is pulled.
#[storage]
pub struct Taker {
    target: StorageAddress,
    data: StorageBytes,
    succeeded: StorageBool,
    answer: StorageBytes,
}

unsafe impl TopLevelStorage for Taker {}

impl Taker {
    pub fn prepare(&mut self, target: Address, data: &[u8]) {
        self.target.set(target);
        self.data.set_bytes(data);
    }

    pub fn outcome(&self) -> (bool, Vec<u8>) {
        (self.succeeded.get(), self.answer.get_bytes())
    }
}

#[public]
impl Taker {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        if IAuctionTaker::onAuctionTakeCall::abi_decode_validate(calldata).is_err() {
            return Err(vec![]);
        }
        let data = self.data.get_bytes();
        // SAFETY: nothing of this double's storage is held over the call.
        let result = unsafe { RawCall::new(self.vm()).call(self.target.get(), &data) };
        self.succeeded.set(result.is_ok());
        self.answer.set_bytes(result.unwrap_or_else(|error| error));
        let mut answer = vec![0_u8; 32];
        answer[..4].copy_from_slice(&IAuctionTaker::onAuctionTakeCall::SELECTOR);
        Ok(answer)
    }
}

// ----- numbers -----

pub const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// Vault shares of an empty pool for one base unit of the loan asset.
pub const VIRTUAL_SHARES: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
pub const DAY: u64 = 86_400;
pub const YEAR: u64 = 365 * DAY;

pub fn n(value: u128) -> U256 {
    U256::from(value)
}

/// Parts in a hundred, WAD.
pub fn percent(value: u64) -> U256 {
    U256::from(value) * U256::from(10_000_000_000_000_000_u64)
}

pub fn ten_to(exponent: u8) -> U256 {
    U256::from(10).pow(U256::from(exponent))
}

/// `⌊a·b/c⌋` by integers of another width.
pub fn ratio_down(a: U256, b: U256, c: U256) -> U256 {
    U256::from(U512::from(a) * U512::from(b) / U512::from(c))
}

/// `⌈a·b/c⌉` likewise.
pub fn ratio_up(a: U256, b: U256, c: U256) -> U256 {
    U256::from((U512::from(a) * U512::from(b)).div_ceil(U512::from(c)))
}

// ----- the market -----

/// Who owns and configures everything.
pub fn owner() -> Address {
    Address::repeat_byte(0xad)
}

/// Lends and stakes in the tests where it does not matter who does.
pub fn lender() -> Address {
    Address::repeat_byte(0x1e)
}

/// A collateral to be set up. Ratios in parts in a hundred.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub decimals: u8,
    /// Price of a whole token in whole loan assets.
    pub price: u64,
    pub borrow_ltv: u64,
    pub threshold: u64,
    pub penalty_min: u64,
    pub penalty_max: u64,
    pub lot_buffer: u64,
    /// Whether the auction knows how to price it.
    pub has_curve: bool,
}

/// Ether: 18 decimals, k = 1.05/0.9, λ·k = 0.9333.
pub const ETHER: Spec = Spec {
    decimals: 18,
    price: 2_000,
    borrow_ltv: 75,
    threshold: 80,
    penalty_min: 1,
    penalty_max: 5,
    lot_buffer: 10,
    has_curve: true,
};

/// Bitcoin: 8 decimals, k = 1.2, λ·k = 0.9.
pub const BITCOIN: Spec = Spec {
    decimals: 8,
    price: 30_000,
    borrow_ltv: 70,
    threshold: 75,
    penalty_min: 2,
    penalty_max: 8,
    lot_buffer: 10,
    has_curve: true,
};

/// Seconds to zero of the auctions' linear price.
pub const TO_ZERO: u64 = 10_000;
/// Age at which an auction needs a reset.
pub const TAIL: u64 = 7_200;
/// Time over which settled debt goes on counting against the caps.
pub const CAP_PERIOD: u64 = 3_600;
/// The fund's part of interest: 10 %.
pub const RESERVE_FACTOR: u64 = 10;
/// Greatest cap on debt for sale.
pub const UNCAPPED: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);

/// A token that can be collateral, and its feed.
pub struct Asset {
    pub spec: Spec,
    pub token: Contract<Token>,
    pub feed: Contract<Feed>,
}

/// The whole system.
pub struct Market {
    pub vault: Contract<Vault>,
    pub liquidation: Contract<VaultLiquidation>,
    pub settlement: Contract<VaultSettlement>,
    pub administration: Contract<VaultAdministration>,
    pub views: Contract<VaultViews>,
    pub inventory: Contract<VaultInventory>,
    pub oracle: Contract<OracleAdapter>,
    pub oracle_extension: Contract<OracleAdapterExtension>,
    pub auction: Contract<LiquidationAuction>,
    pub fund: Contract<InsuranceFund>,
    pub asset: Contract<Token>,
    pub assets: Vec<Asset>,
    pub taker: Contract<Taker>,
    pub decimals: u8,
}

/// Calldata of a constructor.
fn construct(words: Vec<u8>) -> Vec<u8> {
    let mut calldata = CONSTRUCTOR_SELECTOR.to_be_bytes().to_vec();
    calldata.extend(words);
    calldata
}

/// The return value of a call, decoded.
pub fn decoded<C: SolCall>(answer: &[u8]) -> C::Return {
    C::abi_decode_returns_validate(answer)
        .unwrap_or_else(|error| panic!("{}: {error}, {answer:02x?}", C::SIGNATURE))
}

/// A typed error of the vault; anything else, an empty revert above all, is a defect.
#[track_caller]
pub fn vault_error(data: &[u8]) -> Error {
    Error::abi_decode_validate(data)
        .unwrap_or_else(|error| panic!("no error of the vault: {error}, {data:02x?}"))
}

impl Market {
    /// A dollar market with ether and bitcoin.
    pub fn new() -> Self {
        Self::with(6, &[ETHER, BITCOIN])
    }

    /// A market whose loan asset has `decimals`.
    pub fn with(decimals: u8, specs: &[Spec]) -> Self {
        let market = Self::bare(decimals, specs);
        for asset in &market.assets {
            market.configure(asset.token.address(), &asset.spec, UNCAPPED);
        }
        // With 24 decimals the least debt is at most 309 tokens.
        let min_debt = if decimals < 24 { 500 } else { 300 };
        market.set_risk(110, min_debt, 100, 5, 0);
        market.admin(IVault::setRewardCall {
            tip: market.usd(1),
            chip: percent(1) / n(10),
        });
        market.admin(IVault::setFeesCall {
            reserveFactor: percent(RESERVE_FACTOR),
            totalRoomCap: UNCAPPED,
            fundMinimum: U256::ZERO,
        });
        market.admin(IVault::setSupplyCapCall {
            supplyCap: n(u128::MAX / 4_000_000),
        });
        market
    }

    /// All contracts deployed, tokens priced, the vault without any parameter set.
    pub fn bare(decimals: u8, specs: &[Spec]) -> Self {
        let assets = specs
            .iter()
            .map(|&spec| Asset {
                spec,
                token: Contract::random(),
                feed: Contract::random(),
            })
            .collect();
        let market = Self {
            vault: Contract::random(),
            liquidation: Contract::random(),
            settlement: Contract::random(),
            administration: Contract::random(),
            views: Contract::random(),
            inventory: Contract::random(),
            oracle: Contract::random(),
            oracle_extension: Contract::random(),
            auction: Contract::random(),
            fund: Contract::random(),
            asset: Contract::random(),
            assets,
            taker: Contract::random(),
            decimals,
        };
        for (address, tag) in [
            (market.vault.address(), "vault"),
            (market.auction.address(), "auction"),
            (market.fund.address(), "fund"),
            (market.asset.address(), "asset"),
            (market.oracle.address(), "oracle"),
        ] {
            VM::context().set_tag(address, tag);
        }
        market
            .vault
            .call_raw(owner(), market.constructor())
            .expect("the vault is constructed");
        let partners = (
            market.vault.address(),
            market.oracle.address(),
            market.fund.address(),
            market.asset.address(),
            owner(),
        );
        market
            .auction
            .call_raw(owner(), construct(partners.abi_encode_params()))
            .expect("the auction is constructed");
        let terms = (market.vault.address(), n(7 * 86_400), n(2 * 86_400));
        market
            .fund
            .call_raw(owner(), construct(terms.abi_encode_params()))
            .expect("the fund is constructed");
        let terms = (
            market.asset.address(),
            U256::from(decimals),
            owner(),
            market.oracle_extension.address(),
        );
        market
            .oracle
            .call_raw(owner(), construct(terms.abi_encode_params()))
            .expect("the adapter is constructed");
        for (index, asset) in market.assets.iter().enumerate() {
            market.set_price(index, asset.spec.price);
            market.set_sources(asset.token.address(), asset);
            if asset.spec.has_curve {
                market.set_curve(asset.token.address(), percent(105));
            }
        }
        market
    }

    /// Calldata of the vault's constructor.
    pub fn constructor(&self) -> Vec<u8> {
        construct(
            (
                self.asset.address(),
                U256::from(self.decimals),
                self.oracle.address(),
                self.auction.address(),
                self.fund.address(),
                self.liquidation.address(),
                self.settlement.address(),
                self.administration.address(),
                self.views.address(),
                self.inventory.address(),
                owner(),
                String::from("Breakwater Dollar"),
                String::from("bwUSD"),
            )
                .abi_encode_params(),
        )
    }

    // ----- configuration -----

    /// Prices `token` by the feed of `asset`.
    pub fn set_sources(&self, token: Address, asset: &Asset) {
        let sources = IOracleAdapter::setSourcesCall {
            token,
            parameters: Parameters {
                gapVolatility: percent(80),
                // Prices are set by hand here: as good as no breaker.
                breakerFloor: percent(1_600),
                ..Parameters::standard(asset.spec.decimals, 1)
            },
            legs: vec![Leg::chainlink(0, asset.feed.address(), 7 * 86_400)],
            // The feed's 8 decimals.
            expectedPrice: asset.feed.sender(owner()).answer()
                * ten_to(28 + self.decimals - asset.spec.decimals),
        };
        self.oracle
            .call_raw(owner(), sources.abi_encode())
            .expect("sources are set");
    }

    pub fn set_curve(&self, token: Address, buffer: U256) {
        self.set_curve_to(token, buffer, percent(40));
    }

    /// The curve of the fund's lots: from 2 % above the price down to 8 % under it within a day.
    pub fn set_inventory_curve(&self, asset: usize) {
        let curve = ILiquidationAuction::setCurveCall {
            token: self.token(asset),
            kind: 4,
            buffer: percent(102),
            rate: U256::from(10 * 86_400),
            step: U256::ZERO,
            floor: U256::ZERO,
            cap: U256::ZERO,
            tail: U256::from(86_400),
            cusp: percent(91),
        };
        self.auction
            .call_raw(owner(), curve.abi_encode())
            .expect("a curve of the fund's lots is set");
    }

    /// A curve with another cusp.
    pub fn set_curve_to(&self, token: Address, buffer: U256, cusp: U256) {
        let curve = ILiquidationAuction::setCurveCall {
            token,
            kind: 0,
            buffer,
            rate: U256::from(TO_ZERO),
            step: U256::ZERO,
            floor: U256::ZERO,
            cap: U256::ZERO,
            tail: U256::from(TAIL),
            cusp,
        };
        self.auction
            .call_raw(owner(), curve.abi_encode())
            .expect("a curve is set");
    }

    /// Sets a collateral's parameters, without a supply cap.
    pub fn configure(&self, token: Address, spec: &Spec, room_cap: U256) {
        self.admin(IVault::setCollateralCall {
            token,
            borrowLtv: percent(spec.borrow_ltv),
            thresholdMin: percent(spec.threshold),
            thresholdMax: percent(spec.threshold),
            penaltyMin: percent(spec.penalty_min),
            penaltyMax: percent(spec.penalty_max),
            lotBuffer: percent(spec.lot_buffer),
            beta: percent(50),
            supplyCap: n(u128::MAX),
            roomCap: room_cap,
        });
    }

    /// Target health and discount in parts in a hundred, minimums in whole loan assets, cool-off in seconds.
    pub fn set_risk(
        &self,
        target: u64,
        min_debt: u128,
        min_lot: u128,
        discount: u64,
        cool_off: u64,
    ) {
        self.admin(IVault::setRiskCall {
            targetHealth: percent(target),
            minDebt: self.usd(min_debt),
            minLot: self.usd(min_lot),
            backstopDiscount: percent(discount),
            capPeriod: U256::from(CAP_PERIOD),
            coolOff: U256::from(cool_off),
        });
    }

    pub fn admin<C: SolCall>(&self, call: C) -> C::Return {
        self.call(owner(), call)
            .unwrap_or_else(|error| panic!("{}: {error:?}", C::SIGNATURE))
    }

    // ----- calls -----

    /// A transaction with the vault.
    pub fn call<C: SolCall>(&self, who: Address, call: C) -> Result<C::Return, Error> {
        match self.vault.call_raw(who, call.abi_encode()) {
            Ok(answer) => Ok(decoded::<C>(&answer)),
            Err(data) => Err(vault_error(&data)),
        }
    }

    /// A transaction with the vault that must succeed.
    #[track_caller]
    pub fn run<C: SolCall>(&self, who: Address, call: C) -> C::Return {
        match self.call(who, call) {
            Ok(answer) => answer,
            Err(error) => panic!("{}: {error:?}", C::SIGNATURE),
        }
    }

    /// A view of the vault.
    #[track_caller]
    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        match self.try_view(call) {
            Ok(answer) => answer,
            Err(error) => panic!("{}: {error:?}", C::SIGNATURE),
        }
    }

    /// A view of the vault that may fail.
    pub fn try_view<C: SolCall>(&self, call: C) -> Result<C::Return, Error> {
        match self.vault.static_call_raw(lender(), call.abi_encode()) {
            Ok(answer) => Ok(decoded::<C>(&answer)),
            Err(data) => Err(vault_error(&data)),
        }
    }

    /// A transaction with the auction.
    pub fn auction_call<C: SolCall>(&self, who: Address, call: C) -> Result<C::Return, Vec<u8>> {
        self.auction
            .call_raw(who, call.abi_encode())
            .map(|answer| decoded::<C>(&answer))
    }

    /// A view of the auction.
    pub fn auction_view<C: SolCall>(&self, call: C) -> C::Return {
        let answer = self
            .auction
            .static_call_raw(lender(), call.abi_encode())
            .unwrap_or_else(|data| panic!("{}: {data:02x?}", C::SIGNATURE));
        decoded::<C>(&answer)
    }

    /// A transaction with the fund.
    pub fn fund_call<C: SolCall>(&self, who: Address, call: C) -> Result<C::Return, Vec<u8>> {
        self.fund
            .call_raw(who, call.abi_encode())
            .map(|answer| decoded::<C>(&answer))
    }

    /// A view of the fund.
    pub fn fund_view<C: SolCall>(&self, call: C) -> C::Return {
        let answer = self
            .fund
            .static_call_raw(lender(), call.abi_encode())
            .unwrap_or_else(|data| panic!("{}: {data:02x?}", C::SIGNATURE));
        decoded::<C>(&answer)
    }

    /// Every layer of the waterfall.
    pub fn waterfall(&self) -> WaterfallView {
        self.view(IVault::waterfallCall {})
    }

    // ----- money and prices -----

    /// Whole units of the loan asset.
    pub fn usd(&self, whole: u128) -> U256 {
        n(whole) * ten_to(self.decimals)
    }

    /// Thousandths of a collateral, in base units.
    pub fn milli(&self, asset: usize, thousandths: u128) -> U256 {
        n(thousandths) * ten_to(self.assets[asset].spec.decimals) / n(1_000)
    }

    pub fn token(&self, asset: usize) -> Address {
        self.assets[asset].token.address()
    }

    /// Price of a whole token, in whole loan assets.
    pub fn set_price(&self, asset: usize, whole: u64) {
        self.set_answer(asset, n(u128::from(whole)) * ten_to(8));
    }

    /// The feed's answer, eight decimals, given now.
    pub fn set_answer(&self, asset: usize, answer: U256) {
        let now = VM::context().block_timestamp();
        self.assets[asset].feed.sender(owner()).set(answer, now);
    }

    /// The adapter takes a sample of an asset's price, or notes that it has none.
    pub fn poke(&self, asset: usize) {
        let token = self.token(asset);
        self.oracle
            .call_raw(lender(), IOracleAdapter::pokeCall { token }.abi_encode())
            .expect("a poke");
    }

    /// The feed of an asset reverts from now on, for so long that its last good price no longer counts.
    pub fn kill_source(&self, asset: usize) {
        self.assets[asset].feed.sender(owner()).break_down(true);
        // Right after a sample a poke asks no source.
        self.pass(60);
        self.poke(asset);
        let dead_after = Parameters::standard(18, 1).deadAfter;
        self.pass(dead_after.to::<u64>() + 1);
    }

    /// Lets time pass; feeds stay fresh.
    pub fn pass(&self, seconds: u64) {
        VM::context().increase_time(seconds);
        let now = VM::context().block_timestamp();
        for asset in &self.assets {
            let mut feed = asset.feed.sender(owner());
            let answer = feed.answer.get();
            feed.set(answer, now);
        }
    }

    /// Gives `who` loan assets, and the vault an allowance for all that it will ever have.
    pub fn give(&self, who: Address, amount: U256) {
        self.asset.sender(who).mint(who, amount);
        self.allow(&self.asset, who);
    }

    /// Gives `who` collateral, likewise.
    pub fn give_token(&self, asset: usize, who: Address, amount: U256) {
        let token = &self.assets[asset].token;
        token.sender(who).mint(who, amount);
        self.allow(token, who);
    }

    fn allow(&self, token: &Contract<Token>, who: Address) {
        let approval = IERC20::approveCall {
            spender: self.vault.address(),
            value: U256::MAX >> 1,
        };
        token
            .call_raw(who, approval.abi_encode())
            .expect("an approval");
    }

    pub fn wallet(&self, who: Address) -> U256 {
        self.asset.sender(who).balance(who)
    }

    pub fn token_wallet(&self, asset: usize, who: Address) -> U256 {
        self.assets[asset].token.sender(who).balance(who)
    }

    // ----- common steps -----

    /// Deposits new money of `who`; returns the shares.
    pub fn lend(&self, who: Address, assets: U256) -> U256 {
        self.give(who, assets);
        self.run(
            who,
            IVault::depositCall {
                assets,
                receiver: who,
            },
        )
    }

    /// Deposits new money and gives the shares to the fund.
    pub fn endow_fund(&self, assets: U256) -> U256 {
        let value = self.lend(lender(), assets);
        let to = self.fund.address();
        assert!(self.run(lender(), IVault::transferCall { to, value }));
        value
    }

    /// New collateral of `who` into one of its accounts.
    pub fn put(&self, who: Address, account: B256, asset: usize, amount: U256) {
        self.give_token(asset, who, amount);
        let token = self.token(asset);
        self.run(
            who,
            IVault::depositCollateralCall {
                account,
                token,
                amount,
            },
        );
    }

    pub fn borrow(&self, who: Address, account: B256, assets: U256) -> Result<U256, Error> {
        let receiver = who;
        self.call(
            who,
            IVault::borrowCall {
                account,
                assets,
                receiver,
            },
        )
    }

    /// Opens account 0 of `who`: collateral in thousandths of a token, debt in base units.
    pub fn open(&self, who: Address, collateral: &[(usize, u128)], debt: U256) -> B256 {
        let account = id(who, 0);
        for &(asset, thousandths) in collateral {
            self.put(who, account, asset, self.milli(asset, thousandths));
        }
        if !debt.is_zero() {
            self.borrow(who, account, debt).expect("a loan");
        }
        account
    }

    pub fn liquidate(&self, who: Address, account: B256, asset: usize) -> Result<U256, Error> {
        self.liquidate_at_most(who, account, asset, U256::MAX)
    }

    pub fn liquidate_at_most(
        &self,
        who: Address,
        account: B256,
        asset: usize,
        max_repay: U256,
    ) -> Result<U256, Error> {
        self.call(
            who,
            IVault::liquidateCall {
                account,
                token: self.token(asset),
                maxRepay: max_repay,
                keeper: who,
            },
        )
    }

    pub fn check(&self, account: B256, asset: usize) -> IVault::checkLiquidationReturn {
        let token = self.token(asset);
        self.view(IVault::checkLiquidationCall { account, token })
    }

    /// Buys at most `max_lot` with new money. Returns what was taken and paid.
    pub fn take(&self, who: Address, id: U256, max_lot: U256) -> Result<(U256, U256), Vec<u8>> {
        self.take_to(who, id, max_lot, who, &[])
    }

    pub fn take_to(
        &self,
        who: Address,
        id: U256,
        max_lot: U256,
        receiver: Address,
        data: &[u8],
    ) -> Result<(U256, U256), Vec<u8>> {
        self.give(who, self.usd(1_000_000_000));
        let taken = self.auction_call(
            who,
            ILiquidationAuction::takeCall {
                id,
                maxLot: max_lot,
                minLot: U256::ZERO,
                maxPrice: U256::MAX,
                deadline: U256::MAX,
                receiver,
                data: Bytes::copy_from_slice(data),
            },
        )?;
        Ok((taken.lotTaken, taken.paid))
    }

    pub fn status(&self, id: U256) -> ILiquidationAuction::statusOfReturn {
        self.auction_view(ILiquidationAuction::statusOfCall { id })
    }

    // ----- what is in the books -----

    pub fn debt(&self, account: B256) -> U256 {
        self.view(IVault::debtOfCall { account })
    }

    pub fn health(&self, account: B256) -> IVault::healthOfReturn {
        self.view(IVault::healthOfCall { account })
    }

    pub fn claim(&self, account: B256) -> IVault::claimOfReturn {
        self.view(IVault::claimOfCall { account })
    }

    pub fn outstanding(&self, account: B256) -> U256 {
        self.view(IVault::claimLimitCall { account }).outstanding
    }

    /// Free collateral, and what lots hold of it.
    pub fn collateral(&self, account: B256, asset: usize) -> (U256, U256) {
        let token = self.token(asset);
        let held = self.view(IVault::collateralOfCall { account, token });
        (held.free, held.inLots)
    }

    pub fn books(&self) -> IVault::marketStateReturn {
        self.view(IVault::marketStateCall {})
    }

    pub fn shares(&self, owner: Address) -> U256 {
        self.view(IVault::balanceOfCall { owner })
    }

    pub fn total_assets(&self) -> U256 {
        self.view(IVault::totalAssetsCall {})
    }

    pub fn total_shares(&self) -> U256 {
        self.view(IVault::totalSupplyCall {})
    }

    /// Assets of 1e30 shares, virtual ones counted: the share price with many digits.
    pub fn share_price(&self) -> U256 {
        ratio_down(
            self.total_assets() + U256::from(1),
            ten_to(30),
            self.total_shares() + VIRTUAL_SHARES,
        )
    }

    /// Events of one type, of the vault, oldest first.
    pub fn events<E: SolEvent>(&self) -> Vec<E> {
        self.vault
            .all_events()
            .iter()
            .filter_map(|log| E::decode_log_data_validate(log).ok())
            .collect()
    }

    /// Asserts V3, V4 and that claims and shares add up, over the given accounts and holders of shares.
    #[track_caller]
    pub fn assert_books(&self, accounts: &[B256], holders: &[Address]) {
        let books = self.books();
        // V3
        let vault = self.vault.address();
        let booked = books.cash + books.fundCash;
        assert!(
            self.wallet(vault) >= booked,
            "V3: {} of the loan asset, {booked} in the books",
            self.wallet(vault),
        );
        let fund_account = id(self.fund.address(), 0);
        for (index, asset) in self.assets.iter().enumerate() {
            let token = asset.token.address();
            let mut sum = U256::ZERO;
            for &account in accounts.iter().chain([&fund_account]) {
                let (free, in_lots) = self.collateral(account, index);
                sum += free + in_lots;
            }
            let total = self.view(IVault::collateralConfigCall { token }).total;
            assert_eq!(total, sum, "V3: the books of collateral {index}");
            let held = asset.token.sender(owner()).balance(vault);
            assert!(
                held >= sum,
                "V3: {held} of collateral {index}, {sum} booked"
            );
        }
        // V4
        let mut debts = U256::ZERO;
        let mut carrying = U256::ZERO;
        for &account in accounts {
            let debt = self.debt(account);
            debts += debt.saturating_sub(U256::from(1));
            carrying += self.claim(account).carrying;
            // L5
            if !debt.is_zero() {
                let held: U256 = (0..self.assets.len())
                    .map(|index| self.collateral(account, index))
                    .map(|(free, in_lots)| free + in_lots)
                    .sum();
                assert!(!held.is_zero(), "L5: {account} owes {debt} on nothing");
            }
        }
        assert!(
            books.totalBorrowAssets >= debts,
            "V4: {} lent, {debts} owed",
            books.totalBorrowAssets
        );
        assert_eq!(books.totalCarrying, carrying, "claims add up");
        // All shares are somebody's.
        let fund = self.fund.address();
        let held: U256 = holders
            .iter()
            .chain([&fund])
            .map(|&holder| self.shares(holder))
            .sum();
        assert_eq!(self.total_shares(), held, "shares add up");
    }
}

/// An account's id.
pub fn id(owner: Address, index: u128) -> B256 {
    account_id(owner, index).expect("an index of 96 bits")
}

/// Expects a vault's error to be exactly `expected`.
#[track_caller]
pub fn assert_refused<T: std::fmt::Debug, E: SolError + std::fmt::Debug>(
    result: Result<T, Error>,
    expected: E,
) {
    match result {
        Err(error) if error.abi_encode() == expected.abi_encode() => {}
        other => panic!("{other:?} in place of {expected:?}"),
    }
}
