#include "test/sim/api_contract.h"

#include <nlohmann/json.hpp>

#include "test/sim/sample_objects.h"

namespace windlass::sim {

std::vector<ContractCase> ContractCases() {
  std::vector<ContractCase> all;
  for (const auto& part :
       {LockingCases(), PatchCases(), ObjectCases(), PodCases(), ValidationCases(), ReadCases(),
        WatchCases(), DeleteCases(), EvictionCases(), DryRunCases(), ReplicationControllerCases(),
        ReplicationControllerUpdateCases(), RolloutCases(), RolloutWriteCases()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<std::string> RunContractCase(const ContractCase& contract_case, ContractServer& server,
                                         const std::string& namespace_) {
  ContractProbe api(server, namespace_);
  api.ExpectOk(api.Post("/api/v1/namespaces", SampleNamespace(namespace_)), 201);
  if (server.await_namespace) server.await_namespace(api);
  if (api.complaints().empty()) contract_case.run(api);
  api.ExpectOk(api.Delete("/api/v1/namespaces/" + namespace_), 200);
  return api.complaints();
}

}  // namespace windlass::sim
