// Which informer may list when several are in trouble.
#include "kubeclient/cache/list_gate.h"

#include <string>

#include "test/catch.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::list_gate_test {
namespace {

struct Fixture {
  VirtualTime time;
  ListGate gate{time, time.timers()};
  ListGate::Member a = gate.Join();
  ListGate::Member b = gate.Join();
  ListGate::Member c = gate.Join();
  std::string listed;

  void Enter(ListGate::Member member, const std::string& name) {
    gate.Enter(member, [this, name] { listed += name; });
  }
  // Returns the lists that began since the last call, after all timers that were due.
  std::string Listed() {
    time.Advance(Duration{0});
    return std::exchange(listed, "");
  }
  void AllFail() {
    for (const auto member : {a, b, c}) gate.SetFailing(member, true);
  }
};

TEST_CASE_METHOD(Fixture, "while all is well, and while one fails, nobody waits (R-054)") {
  if (GENERATE(true, false)) gate.SetFailing(a, true);
  Enter(a, "a");
  Enter(b, "b");
  Enter(c, "c");
  CHECK(listed == "abc");
}

TEST_CASE_METHOD(Fixture, "with two failing one lists at a time, in order of asking (R-054)") {
  gate.SetFailing(a, true);
  gate.SetFailing(b, true);
  Enter(c, "c");
  Enter(b, "b");
  Enter(a, "a");
  CHECK(Listed() == "c");
  gate.Leave(c);
  CHECK(listed.empty());  // not inside the call of the member that leaves
  CHECK(Listed() == "b");
  Enter(b, "B");  // is inside the gate
  CHECK(Listed() == "B");
  gate.Leave(b);
  CHECK(Listed() == "a");
  gate.Leave(a);
  CHECK(time.timers().empty());
}

TEST_CASE_METHOD(Fixture, "who was inside when the trouble began is waited for (R-054)") {
  Enter(a, "a");
  Enter(b, "b");
  AllFail();
  Enter(c, "c");
  CHECK(Listed() == "ab");
  gate.Leave(a);
  CHECK(Listed().empty());
  gate.Leave(b);
  CHECK(Listed() == "c");
}

TEST_CASE_METHOD(Fixture, "when the trouble is over everybody lists (R-054)") {
  AllFail();
  Enter(a, "a");
  Enter(b, "b");
  Enter(c, "c");
  CHECK(Listed() == "a");
  gate.SetFailing(a, false);
  CHECK(Listed().empty());
  gate.SetFailing(b, false);
  CHECK(Listed() == "bc");
}

TEST_CASE_METHOD(Fixture, "who does not want to any more is passed over (R-054)") {
  const bool for_good = GENERATE(true, false);
  const auto go = [&](ListGate::Member member) {
    for_good ? gate.Part(member) : gate.Leave(member);
  };
  AllFail();
  Enter(a, "a");
  Enter(b, "b");
  Enter(c, "c");
  go(b);
  CHECK(Listed() == "a");
  go(a);
  CHECK(Listed() == "c");
}

TEST_CASE_METHOD(Fixture, "asking twice is waiting once (R-054)") {
  AllFail();
  Enter(a, "a");
  Enter(b, "b");
  Enter(c, "c");
  Enter(b, "B");
  gate.Leave(a);
  gate.Leave(a);
  CHECK(Listed() == "ac");
  gate.Leave(c);
  CHECK(Listed() == "B");
}

}  // namespace
}  // namespace windlass::list_gate_test
