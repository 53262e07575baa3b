#include "kubeclient/base/lifetime.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "test/catch.h"

namespace windlass::lifetime_test {
namespace {

TEST_CASE("a guarded callback is called until its owner is gone (Q-016)") {
  int calls = 0;
  std::function<void()> later;
  {
    Lifetime lifetime;
    later = lifetime.Guard([&calls] { ++calls; });
    later();
    CHECK(calls == 1);
  }
  later();
  CHECK(calls == 1);
}

TEST_CASE("a copy of a guarded callback does nothing either once the owner is gone") {
  int calls = 0;
  std::optional<Lifetime> lifetime(std::in_place);
  const auto guarded = lifetime->Guard([&calls] { ++calls; });
  auto before = guarded;
  lifetime.reset();
  auto after = guarded;
  before();
  after();
  CHECK(calls == 0);
}

TEST_CASE("after End the earlier callbacks do nothing, and later ones are called (Q-016)") {
  std::string called;
  Lifetime lifetime;
  auto first = lifetime.Guard([&called] { called += "first "; });
  lifetime.End();
  auto second = lifetime.Guard([&called] { called += "second "; });
  auto third = lifetime.Guard([&called] { called += "third "; });
  first();
  second();
  third();
  CHECK(called == "second third ");
  lifetime.End();
  lifetime.End();
  second();
  CHECK(called == "second third ");
}

TEST_CASE("a guarded callback may destroy its owner") {
  int calls = 0;
  auto lifetime = std::make_unique<Lifetime>();
  auto last = lifetime->Guard([&] {
    ++calls;
    lifetime.reset();
  });
  last();
  last();
  CHECK(calls == 1);
}

TEST_CASE("a guarded callback gets its arguments as they were passed") {
  struct Owned {
    std::unique_ptr<int> value;
  };
  Lifetime lifetime;
  int sum = 0;
  int changed = 0;
  std::function<void(Owned, int&)> add =
      lifetime.Guard([&sum, own = 1](Owned owned, int& out) mutable {
        sum += *owned.value + own++;
        out = sum;
      });
  add({std::make_unique<int>(10)}, changed);
  add({std::make_unique<int>(20)}, changed);
  CHECK(sum == 33);
  CHECK(changed == 33);
}

TEST_CASE("a witness knows whether the owner is gone") {
  std::optional<Lifetime> lifetime(std::in_place);
  const Lifetime::Witness first = lifetime->Watch();
  CHECK_FALSE(first.is_over());
  lifetime->End();
  const Lifetime::Witness second = lifetime->Watch();
  CHECK(first.is_over());
  CHECK_FALSE(second.is_over());
  lifetime.reset();
  CHECK(second.is_over());
}

}  // namespace
}  // namespace windlass::lifetime_test
