// viem against the node: its public, wallet and test clients.

import assert from "node:assert/strict";
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createTestClient, createWalletClient, defineChain, getAddress,
  http, keccak256, parseEther, publicActions, toHex, webSocket,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { abi, contract, keys, step, until, world } from "./world.mjs";

const chain = defineChain({
  id: 412346,
  name: "Breakwater devnode",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [world.url], webSocket: [world.ws] } },
});
const account = privateKeyToAccount(keys[0]);
const friend = privateKeyToAccount(keys[1]).address;
const client = createPublicClient({ chain, transport: http(), pollingInterval: 50, cacheTime: 0 });
const batching = createPublicClient({ chain, transport: http(undefined, { batch: true }) });
const socket = createPublicClient({ chain, transport: webSocket() });
const wallet = createWalletClient({ chain, account, transport: http() });
const test = createTestClient({ chain, mode: "anvil", transport: http(), cacheTime: 0 }).extend(publicActions);
const { abi: tokenAbi, bytecode } = contract("StableToken");

let address;
await step("a contract is deployed with estimated fees and gas", async () => {
  const fees = await client.estimateFeesPerGas();
  assert.ok(fees.maxFeePerGas >= 100_000_000n);
  const hash = await wallet.deployContract({ abi: tokenAbi, bytecode });
  const receipt = await client.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  address = receipt.contractAddress;
  assert.equal(await client.readContract({ address, abi: tokenAbi, functionName: "decimals" }), 6);
});

await step("simulate, write, and read logs", async () => {
  const { request } = await client.simulateContract({
    account, address, abi: tokenAbi, functionName: "mint", args: [account.address, 9n],
  });
  const hash = await wallet.writeContract(request);
  const { blockNumber } = await client.waitForTransactionReceipt({ hash });
  const events = { address, abi: tokenAbi, eventName: "Transfer" };
  const logs = await client.getContractEvents({ ...events, fromBlock: blockNumber });
  assert.equal(logs[0].args.value, 9n);
  const history = await client.getFeeHistory({ blockCount: 3, rewardPercentiles: [25, 75] });
  assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1);
});

await step("a custom error is decoded", async () => {
  const call = { account, address, abi: tokenAbi, functionName: "transfer", args: [friend, 10n] };
  const error = await client.simulateContract(call).then(() => assert.fail("went through"), (error) => error);
  assert.ok(error instanceof BaseError);
  const revert = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  assert.equal(revert.data?.errorName, "ERC20InsufficientBalance");
  assert.deepEqual(revert.data.args, [account.address, 9n, 10n]);
});

await step("an access list is made, and makes no call dearer than it says", async () => {
  const request = { account, address, abi: tokenAbi, functionName: "balanceOf", args: [account.address] };
  const { accessList, gasUsed } = await client.createAccessList({
    account: account.address, to: address,
    data: `0x70a08231${account.address.slice(2).padStart(64, "0").toLowerCase()}`,
  });
  assert.equal(getAddress(accessList[0].address), getAddress(address));
  assert.equal(accessList[0].storageKeys.length, 1);
  assert.ok(gasUsed > 21_000n);
  assert.equal(await client.readContract(request), 9n);
});

await step("heads and logs are pushed over WebSocket and found by filters", async () => {
  const heads = [];
  const pushed = [];
  const polled = [];
  const stop = [
    socket.watchBlocks({ onBlock: (block) => heads.push(block) }),
    socket.watchContractEvent({ address, abi: tokenAbi, eventName: "Transfer", onLogs: (logs) => pushed.push(...logs) }),
    client.watchContractEvent({ address, abi: tokenAbi, eventName: "Transfer", onLogs: (logs) => polled.push(...logs) }),
  ];
  // Subscriptions and filters are set up in the background: send until the first has arrived everywhere.
  await until("an event everywhere", async () => {
    const hash = await wallet.writeContract({ address, abi: tokenAbi, functionName: "transfer", args: [account.address, 1n] });
    await client.waitForTransactionReceipt({ hash });
    await new Promise((resolve) => setTimeout(resolve, 100));
    return heads.length > 0 && pushed.length > 0 && polled.length > 0;
  });
  assert.equal(pushed[0].args.value, 1n);
  assert.equal(polled[0].args.value, 1n);
  for (const end of stop) end();
});

await step("requests in a batch are all answered", async () => {
  const numbers = await Promise.all(Array.from({ length: 50 }, () => batching.getBalance({ address: friend })));
  assert.equal(new Set(numbers).size, 1);
});

await step("the test client's actions", async () => {
  const someone = getAddress(`0x${"ab".repeat(20)}`);
  const id = await test.snapshot();
  await test.setBalance({ address: someone, value: parseEther("2") });
  assert.equal(await test.getBalance({ address: someone }), parseEther("2"));
  await test.setNonce({ address: someone, nonce: 7 });
  assert.equal(await test.getTransactionCount({ address: someone }), 7);
  await test.setCode({ address: someone, bytecode: "0x602a60005260206000f3" });
  assert.equal(BigInt((await test.call({ to: someone })).data), 42n);
  await test.setCode({ address: someone, bytecode: "0x" });
  await test.setStorageAt({ address: someone, index: 1, value: toHex(5, { size: 32 }) });
  assert.equal(BigInt(await test.getStorageAt({ address: someone, slot: "0x1" })), 5n);
  await test.impersonateAccount({ address: someone });
  const impersonated = createWalletClient({ chain, account: someone, transport: http() });
  const hash = await impersonated.sendTransaction({ to: friend, value: 1n });
  assert.equal((await test.getTransactionReceipt({ hash })).status, "success");
  await test.stopImpersonatingAccount({ address: someone });

  await test.setAutomine(false);
  assert.equal(await test.getAutomine(), false);
  const before = await test.getBlockNumber();
  const waiting = await wallet.sendTransaction({ to: friend, value: 1n });
  assert.equal((await test.getTransaction({ hash: waiting })).blockNumber, null);
  await test.mine({ blocks: 3, interval: 60 });
  assert.equal(await test.getBlockNumber(), before + 3n);
  assert.equal((await test.getTransactionReceipt({ hash: waiting })).blockNumber, before + 1n);
  const [first, last] = await Promise.all([1n, 3n].map((n) => test.getBlock({ blockNumber: before + n })));
  assert.equal(last.timestamp - first.timestamp, 120n);
  await test.setAutomine(true);

  const next = last.timestamp + 1_000n;
  await test.setNextBlockTimestamp({ timestamp: next });
  await test.mine({ blocks: 1 });
  assert.equal((await test.getBlock()).timestamp, next);
  await test.increaseTime({ seconds: 500 });
  await test.mine({ blocks: 1 });
  assert.ok((await test.getBlock()).timestamp >= next + 500n);

  const state = await test.dumpState();
  await test.setBalance({ address: someone, value: 0n });
  await test.loadState({ state });
  assert.ok((await test.getBalance({ address: someone })) > 0n);
  await test.revert({ id });
  assert.equal(await test.getBalance({ address: someone }), 0n);
});

await step("the suite's vault is read and its call traced", async () => {
  await test.loadState({ state: world.dump });
  const vault = { address: world.addresses.vault, abi: abi("IVault") };
  assert.equal(typeof (await client.readContract({ ...vault, functionName: "totalAssets" })), "bigint");
  const hash = await wallet.sendTransaction({ to: world.addresses.vault, data: "0x01e1d114" });
  const trace = await client.request({ method: "debug_traceTransaction", params: [hash, { tracer: "callTracer" }] });
  assert.equal(trace.type, "CALL");
  assert.equal(getAddress(trace.to), getAddress(world.addresses.vault));
  assert.equal(BigInt(trace.gasUsed), (await client.getTransactionReceipt({ hash })).gasUsed);
});

await step("blocks have the hashes of their headers", async () => {
  const block = await client.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
  const { toRlp } = await import("viem");
  const quantity = (value) => (BigInt(value) === 0n ? "0x" : toHex(BigInt(value)));
  const fields = [
    block.parentHash, block.sha3Uncles, block.miner, block.stateRoot, block.transactionsRoot, block.receiptsRoot,
    block.logsBloom, quantity(block.difficulty), quantity(block.number), quantity(block.gasLimit),
    quantity(block.gasUsed), quantity(block.timestamp), block.extraData, block.mixHash, block.nonce,
    quantity(block.baseFeePerGas),
  ];
  assert.equal(keccak256(toRlp(fields)), block.hash);
});

const closing = await socket.transport.getRpcClient();
closing.close();
