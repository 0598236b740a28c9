//! Deployment: addresses first, then creation and constructors in one transaction each, then parameters by the owner.

use alloy_primitives::{keccak256, Address, Bytes, I256, U256};
use alloy_sol_types::SolValue;
use breakwater_devnode::{abi::ArbWasmCache, Chain, ChainConfig, Tx, ARB_WASM_CACHE_ADDRESS};
use breakwater_interfaces::{
    auction::ILiquidationAuction,
    oracle::{IOracleAdapter, Leg, Parameters},
    vault::IVault,
};

use crate::{
    config::{CollateralSetup, SuiteConfig, TokenSetup},
    external::IStylusDeployer,
    failure::Failure,
    programs::{Programs, PROGRAMS},
    suite::{salt_of, Answers, Collateral, Modules, Suite},
};

/// Decimals of the feeds' answers, encoded as a word like any integer.
const FEED_DECIMALS: u16 = 8;
/// Wei sent for the data fee of an activation; the rest comes back.
const ACTIVATION_VALUE: u128 = 1_000_000_000_000_000_000;

impl Suite {
    /// Deploys everything on a new chain and sets the parameters.
    ///
    /// # Errors
    ///
    /// The step that failed, and why.
    pub fn deploy(config: SuiteConfig, programs: &Programs) -> Result<Self, String> {
        let chain = Chain::new(ChainConfig {
            genesis_time: config.start_time,
            ..ChainConfig::default()
        });
        let owner = chain
            .accounts()
            .first()
            .copied()
            .ok_or("the chain has no accounts")?;
        let nothing = Address::ZERO;
        let mut suite = Self {
            chain,
            config,
            owner,
            asset: nothing,
            collaterals: [Collateral {
                token: nothing,
                decimals: 0,
                symbol: "",
                feeds: [nothing; 2],
            }; 2],
            modules: Modules {
                vault: nothing,
                liquidation: nothing,
                settlement: nothing,
                administration: nothing,
                views: nothing,
                inventory: nothing,
                oracle: nothing,
                oracle_extension: nothing,
                auction: nothing,
                fund: nothing,
            },
            exchange: nothing,
            trace: None,
            programs: programs.clone(),
            history: Vec::new(),
            transactions: 0,
            share_price_violations: Vec::new(),
            answers: Answers::default(),
        };
        suite.deploy_outside()?;
        suite.deploy_modules()?;
        suite.configure()?;
        Ok(suite)
    }

    /// Deploys a second market beside the first: modules of its own for the same tokens and feeds, with the same parameters and the same owner.
    /// Returns them; the suite's own stay what they were.
    ///
    /// # Errors
    ///
    /// The step that failed, and why.
    pub fn deploy_another(&mut self) -> Result<Modules, Failure> {
        let first = self.modules;
        let outcome = self.deploy_modules().and_then(|()| self.configure());
        let second = std::mem::replace(&mut self.modules, first);
        outcome.map(|()| second)
    }

    /// Creates one of the Solidity contracts.
    ///
    /// # Errors
    ///
    /// If there is none of this name, or its constructor fails.
    pub fn deploy_contract(
        &mut self,
        from: Address,
        name: &str,
        arguments: &[u8],
    ) -> Result<Address, Failure> {
        let init_code = self
            .programs
            .contract(name, arguments)
            .map_err(Failure::other)?;
        let receipt = self
            .transact(Tx::create(from, init_code))
            .map_err(|failure| Failure::other(format!("creating {name}: {failure}")))?;
        receipt
            .contract_address
            .ok_or_else(|| Failure::other(format!("{name}: no address")))
    }

    /// Creates a price feed with a first answer.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn deploy_feed(
        &mut self,
        from: Address,
        name: &str,
        decimals: u16,
        answer: I256,
    ) -> Result<Address, Failure> {
        let arguments = SolValue::abi_encode_params(&(name.to_owned(), decimals, answer));
        self.deploy_contract(from, "MockFeed", &arguments)
    }

    /// Tokens, feeds, exchange.
    fn deploy_outside(&mut self) -> Result<(), Failure> {
        let owner = self.owner;
        let TokenSetup { contract, decimals } = self.config.asset;
        let arguments = match contract {
            "StableToken" => Vec::new(),
            // `abi_encode_params`: constructor arguments are a list, not a tuple.
            _ => SolValue::abi_encode_params(&(
                "Stable Dollar".to_owned(),
                "USDS".to_owned(),
                u16::from(decimals),
            )),
        };
        self.asset = self.deploy_contract(owner, contract, &arguments)?;
        let weth = self.deploy_contract(owner, "WETH9", &[])?;
        let TokenSetup { contract, decimals } = self.config.second_token;
        let arguments = (
            "Second Token".to_owned(),
            "SEC".to_owned(),
            u16::from(decimals),
        );
        let second =
            self.deploy_contract(owner, contract, &SolValue::abi_encode_params(&arguments))?;
        let setups = [
            (weth, 18, "WETH", self.config.weth.price),
            (second, decimals, "SEC", self.config.second.price),
        ];
        for (index, (token, decimals, symbol, price)) in setups.into_iter().enumerate() {
            let mut feeds = [Address::ZERO; 2];
            for (number, feed) in feeds.iter_mut().enumerate() {
                let name = format!("{symbol}/USD {}", number + 1);
                let answer = I256::try_from(price).unwrap_or(I256::MAX);
                *feed = self.deploy_feed(owner, &name, FEED_DECIMALS, answer)?;
            }
            self.collaterals[index] = Collateral {
                token,
                decimals,
                symbol,
                feeds,
            };
        }
        self.exchange =
            self.deploy_contract(owner, "MockExchange", &SolValue::abi_encode(&self.asset))?;
        Ok(())
    }

    /// The programs. Vault and auction name each other in their constructors, so addresses come first: they follow from
    /// deployer, caller, salt and code.
    fn deploy_modules(&mut self) -> Result<(), Failure> {
        let owner = self.owner;
        let deployer = self.deploy_contract(owner, "StylusDeployer", &[])?;
        let mut addresses = [Address::ZERO; PROGRAMS.len()];
        for (name, address) in PROGRAMS.iter().zip(&mut addresses) {
            let call = IStylusDeployer::computeAddressForCall {
                caller: owner,
                salt: salt_of(name),
                initCodeHash: keccak256(self.init_code(name)?),
            };
            *address = self.view(deployer, &call)?;
        }
        let [liquidation, settlement, administration, views, inventory, oracle_extension, oracle, vault, auction, fund] =
            addresses;
        let asset = self.asset;
        let decimals = u16::from(self.config.asset.decimals);
        let names = ("Breakwater USDS".to_owned(), "bwUSDS".to_owned());
        let vault_arguments = (
            asset,
            decimals,
            oracle,
            auction,
            fund,
            liquidation,
            settlement,
            administration,
            views,
            inventory,
            owner,
            names.0,
            names.1,
        );
        let periods = [self.config.cooldown, self.config.window].map(U256::from);
        let constructors: [Option<Vec<u8>>; PROGRAMS.len()] = [
            None,
            None,
            None,
            None,
            None,
            None,
            Some(SolValue::abi_encode_params(&(
                asset,
                decimals,
                owner,
                oracle_extension,
            ))),
            Some(SolValue::abi_encode_params(&vault_arguments)),
            Some(SolValue::abi_encode_params(&(
                vault, oracle, fund, asset, owner,
            ))),
            Some(SolValue::abi_encode_params(&(
                vault, periods[0], periods[1],
            ))),
        ];
        for ((name, arguments), expected) in PROGRAMS.iter().zip(constructors).zip(addresses) {
            let calldata = arguments.map(|arguments| {
                let selector = keccak256("stylus_constructor()");
                [&selector[..4], &arguments].concat()
            });
            let call = IStylusDeployer::deployCall {
                initCode: self.init_code(name)?.into(),
                constructorCalldata: Bytes::from(calldata.unwrap_or_default()),
                salt: salt_of(name),
            };
            let (created, _) = self
                .send_with_value(owner, deployer, &call, U256::from(ACTIVATION_VALUE))
                .map_err(|failure| Failure::other(format!("deploying {name}: {failure}")))?;
            if created != expected {
                let text = format!("{name} is at {created}, not at {expected}");
                return Err(Failure::other(text));
            }
            self.cache(created)?;
        }
        self.modules = Modules {
            vault,
            liquidation,
            settlement,
            administration,
            views,
            inventory,
            oracle,
            oracle_extension,
            auction,
            fund,
        };
        Ok(())
    }

    /// Puts a program into the chain's cache. That belongs to its code: a second deployment finds it there.
    fn cache(&mut self, program: Address) -> Result<(), Failure> {
        let owner = self.owner;
        let codehash = self.chain.code_hash(program);
        let is_cached = self.view(
            ARB_WASM_CACHE_ADDRESS,
            &ArbWasmCache::codehashIsCachedCall { codehash },
        )?;
        if !is_cached {
            self.chain.cache_program(owner, program)?;
        }
        Ok(())
    }

    fn init_code(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let code = self.programs.program(name).map_err(Failure::other)?;
        Ok(returning_init_code(code))
    }

    /// Parameters, by the owner, before anybody else acts.
    fn configure(&mut self) -> Result<(), Failure> {
        let owner = self.owner;
        let config = self.config.clone();
        let Modules { vault, auction, .. } = self.modules;
        let risk = IVault::setRiskCall {
            targetHealth: U256::from(config.target_health),
            minDebt: U256::from(config.min_debt),
            minLot: U256::from(config.min_lot),
            backstopDiscount: U256::from(config.backstop_discount),
            capPeriod: U256::from(config.cap_period),
            coolOff: U256::from(config.cool_off),
        };
        self.send(owner, vault, &risk)?;
        let reward = IVault::setRewardCall {
            tip: U256::from(config.tip),
            chip: U256::from(config.chip),
        };
        self.send(owner, vault, &reward)?;
        let fees = IVault::setFeesCall {
            reserveFactor: U256::from(config.reserve_factor),
            totalRoomCap: U256::from(config.total_room_cap),
            fundMinimum: U256::from(config.fund_minimum),
        };
        self.send(owner, vault, &fees)?;
        let cap = IVault::setSupplyCapCall {
            supplyCap: U256::from(config.supply_cap),
        };
        self.send(owner, vault, &cap)?;
        let dust = ILiquidationAuction::setDustCall {
            dust: U256::from(config.dust),
        };
        self.send(owner, auction, &dust)?;
        for (index, setup) in [config.weth, config.second].into_iter().enumerate() {
            self.add_collateral(self.collaterals[index], &setup)?;
        }
        Ok(())
    }

    fn add_collateral(
        &mut self,
        collateral: Collateral,
        setup: &CollateralSetup,
    ) -> Result<(), Failure> {
        let owner = self.owner;
        let Modules {
            vault,
            auction,
            oracle,
            ..
        } = self.modules;
        let Collateral {
            token,
            decimals,
            feeds,
            ..
        } = collateral;
        let sources = IOracleAdapter::setSourcesCall {
            token,
            parameters: Parameters {
                decimals: U256::from(decimals),
                quorum: U256::from(feeds.len()),
                ..self.config.oracle.clone()
            },
            legs: (0..)
                .zip(feeds)
                .map(|(source, feed)| Leg::chainlink(source, feed, self.config.max_age))
                .collect(),
            // 36 and the loan asset's decimals, less the token's and the feeds'.
            expectedPrice: U256::from(setup.price)
                * U256::from(10).pow(U256::from(
                    28_u8
                        .saturating_add(self.config.asset.decimals)
                        .saturating_sub(decimals),
                )),
        };
        self.send(owner, oracle, &sources)?;
        // Volatility-scaled, and the same for lots of the fund.
        for (kind, curve) in [(3, setup.curve), (7, setup.inventory_curve)] {
            let call = ILiquidationAuction::setCurveCall {
                token,
                kind,
                buffer: U256::from(curve.buffer),
                rate: U256::from(curve.multiplier),
                step: U256::ZERO,
                floor: U256::from(curve.floor),
                cap: U256::from(curve.cap),
                tail: U256::from(curve.tail),
                cusp: U256::from(curve.cusp),
            };
            self.send(owner, auction, &call)?;
        }
        let parameters = IVault::setCollateralCall {
            token,
            borrowLtv: U256::from(setup.borrow_ltv),
            thresholdMin: U256::from(setup.liquidation_threshold),
            thresholdMax: U256::from(setup.liquidation_threshold),
            penaltyMin: U256::from(setup.penalty_min),
            penaltyMax: U256::from(setup.penalty_max),
            lotBuffer: U256::from(setup.lot_buffer),
            beta: U256::from(setup.beta),
            supplyCap: U256::from(setup.supply_cap),
            roomCap: U256::from(setup.room_cap),
        };
        self.send(owner, vault, &parameters)?;
        self.set_price(token, setup.price)?;
        let price = self.price(token)?;
        self.set_market_price(token, price)
    }
}

/// Init code that returns `code`.
fn returning_init_code(code: &[u8]) -> Vec<u8> {
    /// Length of the instructions before the code.
    const PRELUDE: u8 = 14;
    let length = (code.len() as u32).to_be_bytes();
    let mut init_code = vec![0x63]; // PUSH4 length
    init_code.extend(length);
    init_code.extend([
        0x80, // DUP1
        0x60, PRELUDE, // PUSH1: where the code begins
        0x60, 0x00, // PUSH1 0: where it goes
        0x39, // CODECOPY
        0x60, 0x00, // PUSH1 0
        0xf3, // RETURN
    ]);
    init_code.extend(code);
    init_code
}
