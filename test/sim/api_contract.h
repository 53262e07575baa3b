// The behaviour of the API server that Windlass depends on, as a list of named cases.
//
// The same list runs against the model (api_contract_test.cc) and against a real server
// (api_contract_real.cc); where they differ, the model is wrong. Each case has its own namespace.
// On the real server only the garbage collector and the namespace controller may run. The CRDs of
// crds/ must be there.
#pragma once

#include <string>
#include <vector>

#include "test/sim/contract_probe.h"

namespace windlass::sim {

struct ContractCase {
  std::string name;  // a sentence of behaviour
  void (*run)(ContractProbe& api) = nullptr;
};

// Returns all cases, in a fixed order.
std::vector<ContractCase> ContractCases();

// Creates `namespace_`, runs the case in it and deletes it. Returns the expectations that failed.
std::vector<std::string> RunContractCase(const ContractCase& contract_case, ContractServer& server,
                                         const std::string& namespace_);

// The cases, grouped by concern.
std::vector<ContractCase> LockingCases();
std::vector<ContractCase> PatchCases();
std::vector<ContractCase> ObjectCases();
std::vector<ContractCase> PodCases();
std::vector<ContractCase> ValidationCases();
std::vector<ContractCase> ReadCases();
std::vector<ContractCase> WatchCases();
std::vector<ContractCase> DeleteCases();
std::vector<ContractCase> EvictionCases();
std::vector<ContractCase> DryRunCases();
std::vector<ContractCase> ReplicationControllerCases();
std::vector<ContractCase> ReplicationControllerUpdateCases();
std::vector<ContractCase> RolloutCases();
std::vector<ContractCase> RolloutWriteCases();

}  // namespace windlass::sim
