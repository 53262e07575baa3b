#include "kubeclient/api/turns.h"

#include <functional>
#include <string>

#include "test/catch.h"

namespace windlass::turns_test {
namespace {

TEST_CASE("Syncs that wait go on in turns of their namespaces, each in order (Q-010)") {
  Turns<std::function<void()>> turns;
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

TEST_CASE("What leaves takes no turn, and neither does a namespace that it leaves empty (Q-010)") {
  Turns<std::string> turns;
  const auto a1 = turns.Add(Symbol("a"), "a1");
  const auto a2 = turns.Add(Symbol("a"), "a2");
  const auto b1 = turns.Add(Symbol("b"), "b1");
  turns.Add(Symbol("c"), "c1");
  turns.Leave(Symbol("a"), a1);
  turns.Leave(Symbol("b"), b1);
  CHECK(turns.size() == 2);
  CHECK(turns.Next() == "a2");
  turns.Leave(Symbol("a"), a2);  // it waits no more
  CHECK(turns.Next() == "c1");
  CHECK(turns.empty());
}

}  // namespace
}  // namespace windlass::turns_test
