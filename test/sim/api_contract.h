// The contract of the API server that Windlass leans on, as a list of named cases.
//
// The same list runs against the model (api_contract_test.cc) and against a real server
// (api_contract_real.cc); where they differ, the model is wrong. Each case has a namespace of its
// own. On the real server no controller but the garbage collector and the namespace controller may
// run.
#pragma once

#include <string>
#include <vector>

#include "test/sim/contract_probe.h"

namespace windlass::sim {

struct ContractCase {
  std::string name;  // a sentence of behaviour
  void (*run)(ContractProbe& api) = nullptr;
};

// All of them, in a fixed order.
std::vector<ContractCase> ContractCases();

// Makes `namespace_`, runs the case in it and removes it again; returns what was not as expected.
std::vector<std::string> RunContractCase(const ContractCase& contract_case, ContractServer& server,
                                         const std::string& namespace_);

// By concern.
std::vector<ContractCase> LockingCases();
std::vector<ContractCase> PatchCases();
std::vector<ContractCase> ObjectCases();
std::vector<ContractCase> PodCases();
std::vector<ContractCase> ValidationCases();
std::vector<ContractCase> ReadCases();
std::vector<ContractCase> WatchCases();
std::vector<ContractCase> DeleteCases();

}  // namespace windlass::sim
