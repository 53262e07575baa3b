// Runs the API contract on the model. api_contract_real runs the same cases on a real server.
#include "test/sim/api_contract.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "test/catch.h"
#include "test/sim/api_server.h"
#include "test/sim/garbage_collector.h"
#include "test/sim/sample_objects.h"
#include "test/sim/sim_transport.h"

namespace windlass::sim::api_contract_test {
namespace {

TEST_CASE("The modelled API server keeps the contract") {
  SimLoop loop(1);
  ApiServer server(loop);
  GarbageCollector garbage_collector(server);
  SimTransport transport(server, loop.timers(), Random(2), {.actor = "contract"});
  ContractServer where{transport, [&](const std::function<bool()>& done) {
                         return loop.RunUntil(done, seconds(90));
                       }};
  // A real server has a history when its first client comes.
  for (int i = 0; i < 10; ++i) {
    server.Create("setup", resources::kNamespaces, "", SampleNamespace("old-" + std::to_string(i)));
  }
  server.store().CompactAll();

  int number = 0;
  for (const ContractCase& contract_case : ContractCases()) {
    const auto complaints =
        RunContractCase(contract_case, where, "contract-" + std::to_string(++number));
    for (const std::string& complaint : complaints) {
      INFO(contract_case.name << ": " << complaint);
      CHECK(false);
    }
  }
  CHECK(number >= 40);
}

TEST_CASE("Cases of the contract have names of their own") {
  std::set<std::string> names;
  for (const ContractCase& contract_case : ContractCases()) {
    CAPTURE(contract_case.name);
    CHECK(names.insert(contract_case.name).second);
  }
}

}  // namespace
}  // namespace windlass::sim::api_contract_test
