// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// The precompiled contract that manages Stylus programs; the part that a deployment needs.
interface IArbWasm {
    /// The code was activated before, with the chain's current version of Stylus.
    error ProgramUpToDate();

    /// Activates the code of `program`; keeps the data fee of what is sent and gives the rest back to the caller.
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
}

/// Creates a program, activates it and runs its constructor in one transaction, so that no constructor is ever open to
/// strangers. Addresses depend on the caller, the caller's salt and the code, not on the constructor's arguments: programs
/// that need each other's addresses can be given them before they exist, and nobody else can occupy these addresses.
contract StylusDeployer {
    IArbWasm private constant ARB_WASM = IArbWasm(0x0000000000000000000000000000000000000071);

    event Deployed(address indexed program, address indexed caller, bytes32 salt);

    /// The caller has deployed the same code with the same salt before.
    error AlreadyDeployed(address program);
    /// The init code failed, without revert data, or left no code.
    error CreateFailed();
    /// What was sent beyond the data fee could not be returned.
    error RefundFailed(address caller, uint256 value);

    /// What an activation gives back arrives here. Nothing stays: `deploy` passes it on.
    receive() external payable {}

    /// Creates the program, activates its code if nobody has yet, and calls it with `constructorCalldata` (no call if
    /// empty: for a program that has no constructor). The value sent pays the data fee of activation; the rest is returned.
    /// Reverts with the data of whatever failed.
    function deploy(bytes calldata initCode, bytes calldata constructorCalldata, bytes32 salt)
        external
        payable
        returns (address program)
    {
        uint256 balanceBefore = address(this).balance - msg.value;

        program = _create(initCode, salt);
        _activate(program);
        if (constructorCalldata.length != 0) {
            (bool constructed, bytes memory reason) = program.call(constructorCalldata);
            if (!constructed) _revertWith(reason);
        }
        emit Deployed(program, msg.sender, salt);

        uint256 rest = address(this).balance - balanceBefore;
        if (rest != 0) {
            (bool refunded,) = msg.sender.call{value: rest}("");
            if (!refunded) revert RefundFailed(msg.sender, rest);
        }
    }

    /// Where `deploy` by the caller of this function creates a program.
    function computeAddress(bytes32 salt, bytes32 initCodeHash) external view returns (address) {
        return computeAddressFor(msg.sender, salt, initCodeHash);
    }

    /// Where `deploy` by `caller` creates a program.
    function computeAddressFor(address caller, bytes32 salt, bytes32 initCodeHash) public view returns (address) {
        // EIP-1014.
        bytes32 digest = keccak256(abi.encodePacked(hex"ff", address(this), _saltOf(caller, salt), initCodeHash));
        return address(uint160(uint256(digest)));
    }

    /// Mixes in the caller: else a stranger could take the address first, with another constructor call.
    function _saltOf(address caller, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(caller, salt));
    }

    function _create(bytes memory initCode, bytes32 salt) private returns (address program) {
        // Looked at first: a collision would take all gas and say nothing.
        address expected = computeAddressFor(msg.sender, salt, keccak256(initCode));
        if (expected.code.length != 0) revert AlreadyDeployed(expected);

        bytes32 mixedSalt = _saltOf(msg.sender, salt);
        bytes memory reason;
        assembly ("memory-safe") {
            program := create2(0, add(initCode, 32), mload(initCode), mixedSalt)
            if iszero(program) {
                // Revert data of the init code.
                reason := mload(0x40)
                mstore(reason, returndatasize())
                returndatacopy(add(reason, 32), 0, returndatasize())
                mstore(0x40, and(add(add(reason, returndatasize()), 63), not(31)))
            }
        }
        if (program == address(0) && reason.length != 0) _revertWith(reason);
        if (program.code.length == 0) revert CreateFailed();
    }

    function _activate(address program) private {
        try ARB_WASM.activateProgram{value: msg.value}(program) returns (uint16, uint256) {}
        catch (bytes memory reason) {
            // Activation belongs to the code, not to the address: somebody may have activated the same code before.
            if (bytes4(reason) != IArbWasm.ProgramUpToDate.selector) _revertWith(reason);
        }
    }

    function _revertWith(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
