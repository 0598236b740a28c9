// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IArbWasm} from "./StylusDeployer.sol";

/// What `cargo stylus deploy` calls to deploy a program that has a constructor; the embedded node has it too: the interface of the contract
/// that Arbitrum's chains have at 0xcEcba2F1DC234f70Dd89F2041029807F8D03A990. (The suite is deployed by StylusDeployer.)
contract CargoStylusDeployer {
    IArbWasm private constant ARB_WASM = IArbWasm(0x0000000000000000000000000000000000000071);

    event ContractDeployed(address deployedContract);

    error CreateFailed();
    error RefundFailed();

    receive() external payable {}

    /// Creates the program (at an address that depends on `salt` unless that is zero), activates it if need be, calls it with
    /// `initData` and `initValue`, and gives the rest of the value back.
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address program)
    {
        bytes memory initCode = bytecode;
        assembly ("memory-safe") {
            switch salt
            case 0 { program := create(0, add(initCode, 32), mload(initCode)) }
            default { program := create2(0, add(initCode, 32), mload(initCode), salt) }
        }
        if (program.code.length == 0) revert CreateFailed();

        try ARB_WASM.activateProgram{value: msg.value - initValue}(program) returns (uint16, uint256) {}
        catch (bytes memory reason) {
            if (bytes4(reason) != IArbWasm.ProgramUpToDate.selector) _revertWith(reason);
        }
        (bool done, bytes memory failure) = program.call{value: initValue}(initData);
        if (!done) _revertWith(failure);

        emit ContractDeployed(program);
        if (address(this).balance != 0) {
            (bool refunded,) = msg.sender.call{value: address(this).balance}("");
            if (!refunded) revert RefundFailed();
        }
    }

    function _revertWith(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
