//! What all scenarios share: one deployment, copied for each test, and Solidity contracts that only tests use.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use alloy_sol_types::{sol, SolCall};
use breakwater_tests::{
    devnode::{Receipt, Status, Tx},
    interfaces::vault::IVault,
    Address, Bytes, Failure, Programs, Suite, SuiteConfig, B256, STABLE, U256, WAD,
};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IConsumer {
        error PreviewDiffers(uint256 preview, uint256 result);
        function roundTrip(uint256 assets, uint256 shares) external returns (uint256 spent, uint256 received);
        function withdraw(uint256 assets) external;
        function shortfall(uint256 shares) external returns (uint256 available, uint256 needed);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IAtomicLiquidator {
        function liquidate(bytes32 account, address token, uint256 minProfit) external returns (uint256 profit, uint256 reward);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IHostile {
        function behave(uint8 behaviour) external;
        function attempt(address target, bytes data) external;
        function take(uint256 id, uint256 maxLot) external returns (uint256 lotTaken, uint256 paid);
        function succeeded(uint256 index) external view returns (bool);
        function answers(uint256 index) external view returns (bytes memory);
        function setFee(uint256 fee) external;
    }
}

/// A deployment that holds each transaction to V5. Deployed once; each test gets a copy.
pub(crate) fn suite() -> Suite {
    static DEPLOYED: OnceLock<Suite> = OnceLock::new();
    DEPLOYED.get_or_init(|| deployed(|_| {})).clone()
}

/// A deployment with other parameters.
pub(crate) fn deployed(change: impl FnOnce(&mut SuiteConfig)) -> Suite {
    let mut config = SuiteConfig {
        watch_share_price: true,
        ..SuiteConfig::default()
    };
    change(&mut config);
    Suite::deploy(config, &Programs::find().unwrap()).unwrap()
}

/// A deployment in which 100,000 were lent and 5,000 more staked in the fund.
pub(crate) fn funded() -> Suite {
    let mut suite = suite();
    fund(&mut suite, 5_000);
    suite
}

/// 100,000 lent by the lender; `staked` more by the staker, whose shares go to the fund.
pub(crate) fn fund(suite: &mut Suite, staked: u64) {
    let (lender, staker) = (suite.user("lender"), suite.user("staker"));
    suite.lend(lender, stable(100_000)).unwrap();
    if staked != 0 {
        suite.stake(staker, stable(staked)).unwrap();
    }
}

/// Whole units of the loan asset.
pub(crate) fn stable(units: u64) -> U256 {
    U256::from(u128::from(units) * STABLE)
}

/// Thousandths of an ether.
pub(crate) fn milli_ether(thousandths: u64) -> U256 {
    U256::from(u128::from(thousandths) * u128::from(WAD / 1_000))
}

/// Code of one of the Solidity contracts of these tests, with constructor arguments.
fn init_code(name: &str, arguments: &[u8]) -> Vec<u8> {
    let folder = std::env::var_os("BREAKWATER_SOLIDITY_DIR").map_or_else(
        || {
            let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
                || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
                PathBuf::from,
            );
            target.join("solidity")
        },
        PathBuf::from,
    );
    let path = folder.join(format!("{name}.json"));
    let text = std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo xtask test` compiles it",
            path.display()
        )
    });
    let compiled: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let code = compiled["bytecode"].as_str().unwrap();
    let code = hex::decode(code.trim_start_matches("0x")).unwrap();
    [code, arguments.to_vec()].concat()
}

/// Creates one of the Solidity contracts of these tests.
pub(crate) fn create(suite: &mut Suite, from: Address, name: &str, arguments: &[u8]) -> Address {
    suite
        .chain
        .deploy(from, init_code(name, arguments))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Puts the code of a token with hooks in the place of the loan asset's; its storage is the same.
pub(crate) fn hooked_asset(suite: &mut Suite, user: Address) -> Address {
    let token = create(suite, user, "HookToken", &[]);
    let code = suite.chain.code(token);
    let asset = suite.asset;
    suite.chain.set_code(asset, code);
    asset
}

/// Sends any calldata. Returns what became of it.
pub(crate) fn raw(
    suite: &mut Suite,
    from: Address,
    to: Address,
    data: impl Into<Bytes>,
) -> Receipt {
    suite.chain.transact(Tx::call(from, to, data)).unwrap()
}

/// Sends a call that must be refused, with no more than the revert data of it.
pub(crate) fn refused<C: SolCall>(
    suite: &mut Suite,
    from: Address,
    to: Address,
    call: &C,
) -> Failure
where
    C::Return: std::fmt::Debug,
{
    match suite.send(from, to, call) {
        Err(failure) => failure,
        Ok((answer, _)) => panic!("{} is not refused: {answer:?}", C::SIGNATURE),
    }
}

/// True if a call reverted without any data, as the SDK refuses re-entry and unknown selectors.
pub(crate) fn is_bare_revert(receipt: &Receipt) -> bool {
    matches!(receipt.status, Status::Reverted) && receipt.output.is_empty()
}

/// Gives somebody loan asset, and the vault the allowance.
pub(crate) fn provide(suite: &mut Suite, user: Address, assets: U256) {
    let asset = suite.asset;
    suite.give(asset, user, assets).unwrap();
    suite.approve_vault(asset, user).unwrap();
}

/// The exchange has cash, and buys at the oracle's present price.
pub(crate) fn open_exchange(suite: &mut Suite, cash: U256) {
    let (asset, exchange) = (suite.asset, suite.exchange);
    suite.give(asset, exchange, cash).unwrap();
    for token in [suite.weth(), suite.second()] {
        let price = suite.price(token).unwrap();
        suite.set_market_price(token, price).unwrap();
    }
}

/// An account of ten ether (2,000 at the first price) with a debt of 1,490, past its cool-off.
pub(crate) fn ten_ether_account(suite: &mut Suite) -> (Address, B256) {
    let owner = suite.user("owner");
    let weth = suite.weth();
    let account = suite
        .open_position(owner, 0, &[(weth, milli_ether(10_000))], stable(1_490))
        .unwrap();
    suite.pass(300).unwrap();
    (owner, account)
}

/// All that the modules say of themselves, and of the account and the users named, as text: equal texts, equal state.
pub(crate) fn everything(suite: &mut Suite, account: B256, users: &[Address]) -> String {
    let mut lines = vec![
        format!("{:?}", suite.market().unwrap()),
        format!("{:?}", suite.pool().unwrap()),
        format!("{:?}", suite.claim(account).unwrap()),
        format!("{:?}", suite.debt(account).unwrap()),
        format!("{} logs", suite.position()),
    ];
    for id in suite.active_auctions().unwrap() {
        lines.push(format!("{id}: {:?}", suite.auction_status(id).unwrap()));
    }
    let modules = suite.modules;
    let holders = [
        modules.vault,
        modules.liquidation,
        modules.settlement,
        modules.administration,
        modules.views,
        modules.inventory,
        modules.auction,
        modules.fund,
        suite.exchange,
    ];
    let tokens = [suite.asset, suite.weth(), suite.second(), modules.vault];
    for token in tokens {
        if token == suite.weth() || token == suite.second() {
            lines.push(format!(
                "{:?}",
                suite.collateral_of(account, token).unwrap()
            ));
            lines.push(format!("{:?}", suite.room(token).unwrap()));
        }
        for holder in holders.iter().chain(users) {
            let balance = suite.balance_of(token, *holder).unwrap();
            lines.push(format!("{holder} has {balance} of {token}"));
        }
    }
    let owner = suite.view(modules.vault, &IVault::ownerCall {}).unwrap();
    lines.push(format!("owner {owner}"));
    lines.join("\n")
}
