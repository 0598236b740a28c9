// ethers v6 against the node: deploys Solidity, calls and watches the suite, decodes a custom error.

import assert from "node:assert/strict";
import {
  Contract, ContractFactory, JsonRpcProvider, JsonRpcSigner, NonceManager, Transaction, Wallet, WebSocketProvider,
  Network, ZeroAddress, concat, dataSlice, isError, parseEther, parseUnits, verifyMessage, verifyTypedData, zeroPadBytes,
} from "ethers";
import { abi, contract, keys, step, until, world } from "./world.mjs";

// `cacheTimeout: -1`: ethers else answers from its own memory for a quarter of a second.
const provider = new JsonRpcProvider(world.url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
const socket = new WebSocketProvider(world.ws);
const wallet = new Wallet(keys[0], provider);
const other = new Wallet(keys[1], provider);
const stable = contract("StableToken");

await step("network, blocks and fees", async () => {
  assert.deepEqual((await provider.getNetwork()).chainId, 412346n);
  const block = await provider.getBlock("latest");
  assert.equal(block.number, await provider.getBlockNumber());
  const fees = await provider.getFeeData();
  assert.equal(fees.gasPrice, block.baseFeePerGas);
  assert.equal(fees.maxPriorityFeePerGas, 0n);
  assert.equal(await provider.getBalance(wallet.address), parseEther("10000"));
  assert.equal(await provider.getCode(wallet.address), "0x");
  assert.equal((await provider.listAccounts()).length, 10);
});

let token;
await step("a Solidity contract is deployed and used", async () => {
  token = await new ContractFactory(stable.abi, stable.bytecode, wallet).deploy();
  await token.waitForDeployment();
  const receipt = await token.deploymentTransaction().wait();
  assert.equal(receipt.contractAddress, await token.getAddress());
  assert.equal(receipt.status, 1);
  const minted = await (await token.mint(wallet.address, 1_000n)).wait();
  assert.equal(minted.gasPrice, 100_000_000n);
  assert.equal(minted.fee, minted.gasUsed * minted.gasPrice);
  assert.equal(minted.logs.length, 1);
  assert.equal(minted.logs[0].fragment.name, "Transfer");
  assert.equal(await token.balanceOf(wallet.address), 1_000n);
  const [event] = await token.queryFilter(token.filters.Transfer(ZeroAddress, wallet.address));
  assert.equal(event.args.value, 1_000n);
  assert.equal(event.transactionHash, minted.hash);
});

await step("a custom error is decoded, from a call and from an estimate", async () => {
  for (const attempt of [() => token.transfer.staticCall(other.address, 5_000n), () => token.transfer(other.address, 5_000n)]) {
    const error = await attempt().then(() => assert.fail("it went through"), (error) => error);
    assert.ok(isError(error, "CALL_EXCEPTION"), error);
    const revert = token.interface.parseError(error.data);
    assert.equal(revert.name, "ERC20InsufficientBalance");
    assert.deepEqual([...revert.args], [wallet.address, 1_000n, 5_000n]);
  }
});

await step("transactions of every type are taken, and shown as they were sent", async () => {
  const network = Network.from(412346);
  for (const type of [0, 1, 2]) {
    const accessList = type === 0 ? undefined : [{ address: await token.getAddress(), storageKeys: [] }];
    const sent = await wallet.sendTransaction({ to: other.address, value: 1n, type, accessList });
    const receipt = await sent.wait();
    assert.equal(receipt.type, type);
    const read = await provider.getTransaction(sent.hash);
    assert.equal(read.type, type);
    assert.equal(read.from, wallet.address);
    // What comes back gives the same hash: nothing of the signed transaction is lost.
    assert.equal(Transaction.from(read).hash, sent.hash);
    assert.equal(read.chainId, network.chainId);
    const block = await provider.getBlock(receipt.blockNumber, true);
    assert.equal(block.prefetchedTransactions[0].hash, sent.hash);
  }
});

await step("what is wrong with a transaction is told apart", async () => {
  const poor = new Wallet(`0x${"11".repeat(32)}`, provider);
  const cases = [
    [poor, { to: other.address, value: parseEther("1"), gasLimit: 21_000 }, "INSUFFICIENT_FUNDS"],
    [wallet, { to: other.address, nonce: 0 }, "NONCE_EXPIRED"],
  ];
  for (const [sender, request, code] of cases) {
    const error = await sender.sendTransaction(request).then(() => assert.fail("taken"), (error) => error);
    assert.ok(isError(error, code), error);
  }
});

await step("many transactions at once arrive in order", async () => {
  const manager = new NonceManager(wallet);
  const sent = await Promise.all(
    Array.from({ length: 20 }, () => manager.sendTransaction({ to: other.address, value: 1n, gasLimit: 21_000 })),
  );
  const receipts = await Promise.all(sent.map((transaction) => transaction.wait()));
  assert.ok(receipts.every((receipt) => receipt.status === 1));
});

await step("the node signs for its accounts", async () => {
  const signer = new JsonRpcSigner(provider, wallet.address);
  assert.equal(verifyMessage("hello", await signer.signMessage("hello")), wallet.address);
  const domain = { name: "Test", version: "1", chainId: 412346, verifyingContract: await token.getAddress() };
  const types = { Permit: [{ name: "owner", type: "address" }, { name: "value", type: "uint256" }] };
  const value = { owner: wallet.address, value: 7n };
  assert.equal(verifyTypedData(domain, types, value, await signer.signTypedData(domain, types, value)), wallet.address);
  const receipt = await (await signer.sendTransaction({ to: other.address, value: 3n })).wait();
  assert.equal(receipt.from, wallet.address);
});

// --- the suite ---

await provider.send("anvil_loadState", [world.dump]);
const { vault: vaultAddress, asset: assetAddress } = world.addresses;
const vault = new Contract(vaultAddress, abi("IVault"), wallet);
const asset = new Contract(assetAddress, stable.abi, wallet);
const amount = parseUnits("2500", 6);

await step("the suite's vault is called and watched, by polling and by subscription", async () => {
  const seen = { polled: [], pushed: [], heads: [] };
  await vault.on("Deposit", (...args) => seen.polled.push(args.at(-1).args));
  const watched = vault.connect(socket);
  await watched.on("Deposit", (...args) => seen.pushed.push(args.at(-1).args));
  await socket.on("block", (number) => seen.heads.push(number));
  await socket.getBlockNumber();

  await (await asset.mint(wallet.address, amount)).wait();
  await (await asset.approve(vaultAddress, amount)).wait();
  const before = await vault.totalAssets();
  const shares = await vault.deposit.staticCall(amount, wallet.address);
  const receipt = await (await vault.deposit(amount, wallet.address)).wait();
  assert.equal(receipt.status, 1);
  assert.equal(await vault.balanceOf(wallet.address), shares);
  assert.equal(await vault.totalAssets(), before + amount);
  // The state before the deposit is still there to be asked for.
  assert.equal(await vault.totalAssets({ blockTag: receipt.blockNumber - 1 }), before);

  for (const where of ["polled", "pushed"]) {
    const [deposit] = await until(`a Deposit, ${where}`, () => seen[where].length > 0 && seen[where]);
    assert.equal(deposit.assets, amount);
    assert.equal(deposit.owner, wallet.address);
  }
  await until("the block's head", () => seen.heads.includes(receipt.blockNumber));
  await vault.off("Deposit");
  await watched.off("Deposit");
});

await step("a custom error of the vault is decoded", async () => {
  const account = zeroPadBytes(wallet.address, 32);
  const debt = parseUnits("100", 6);
  const error = await vault.borrow(account, debt, wallet.address)
    .then(() => assert.fail("borrowed too little"), (error) => error);
  assert.ok(isError(error, "CALL_EXCEPTION"), error);
  const revert = vault.interface.parseError(error.data);
  assert.equal(revert.name, "DebtBelowMinimum");
  assert.equal(revert.args[0], account);
  assert.ok(revert.args[1] >= debt);
  assert.equal(dataSlice(error.data, 0, 4), vault.interface.getError("DebtBelowMinimum").selector);
});

await step("snapshots, time and impersonation as test suites use them", async () => {
  const snapshot = await provider.send("evm_snapshot", []);
  const before = await provider.getBlock("latest");
  await provider.send("evm_increaseTime", [3_600]);
  await provider.send("evm_mine", []);
  const after = await provider.getBlock("latest");
  assert.ok(after.timestamp >= before.timestamp + 3_600);
  await provider.send("hardhat_impersonateAccount", [vaultAddress]);
  await provider.send("hardhat_setBalance", [vaultAddress, "0xde0b6b3a7640000"]);
  const asVault = new JsonRpcSigner(provider, vaultAddress);
  await (await asset.connect(asVault).transfer(other.address, 5n)).wait();
  assert.equal(await asset.balanceOf(other.address), 5n);
  assert.equal(await provider.send("evm_revert", [snapshot]), true);
  assert.equal((await provider.getBlock("latest")).hash, before.hash);
  assert.equal(await asset.balanceOf(other.address), 0n);
  assert.equal(await provider.send("evm_revert", [snapshot]), false);
});

await step("a raw call sees overridden state", async () => {
  const call = { to: world.addresses.asset, data: concat([asset.interface.encodeFunctionData("decimals")]) };
  // Code that returns 42.
  const code = "0x602a60005260206000f3";
  const answer = await provider.send("eth_call", [call, "latest", { [world.addresses.asset]: { code } }]);
  assert.equal(BigInt(answer), 42n);
  assert.equal(BigInt(await provider.send("eth_call", [call, "latest"])), 6n);
});

await socket.destroy();
provider.destroy();
