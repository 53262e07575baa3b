#include "controller/runtime/turns.h"

#include <string>

#include "test/catch.h"

namespace windlass::turns_test {
namespace {

TEST_CASE("Syncs that wait go on in turns of their namespaces, each in order (Q-010)") {
  Turns turns;
  std::string order;
  const auto add = [&](const char* namespace_, const std::string& name) {
    turns.Add(namespace_, [&order, name] { order += name + " "; });
  };
  for (const char* name : {"a1", "a2", "a3"}) add("a", name);
  add("b", "b1");
  CHECK(turns.size() == 4);
  turns.Next()();
  add("c", "c1");
  while (!turns.empty()) turns.Next()();
  CHECK(order == "a1 b1 a2 c1 a3 ");
  CHECK(turns.size() == 0);
}

}  // namespace
}  // namespace windlass::turns_test
