// Identity of objects: uids, resource versions, controller references, keys; and their conditions.
#include "kubeclient/api/object_meta.h"

#include <string>

#include "kubeclient/api/condition.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::object_meta_test {
namespace {

TEST_CASE("a uid is 8-4-4-4-12 hexadecimal digits and nothing else") {
  struct Row {
    std::string text;
    bool valid;
  };
  const Row row = GENERATE(values<Row>({
      {"123e4567-e89b-42d3-a456-426614174000", true},
      {"123E4567-E89B-42D3-A456-426614174000", true},
      {"00000000-0000-0000-0000-000000000000", true},
      {"", false},
      {"123e4567e89b42d3a456426614174000", false},
      {"123e4567-e89b-42d3-a456-42661417400", false},
      {"123e4567-e89b-42d3-a456-4266141740000", false},
      {"123e4567-e89b-42d3-a456-42661417400g", false},
      {"123e4567-e89b-42d3-a456_426614174000", false},
      {"123e45670e89b-42d3-a456-42661417400-", false},
      {" 23e4567-e89b-42d3-a456-426614174000", false},
  }));
  CAPTURE(row.text);
  CHECK(Uid::Parse(row.text).has_value() == row.valid);
}

TEST_CASE("a uid is written as the server writes it") {
  const std::optional<Uid> uid = Uid::Parse("123E4567-E89B-42D3-A456-426614174000");
  REQUIRE(uid);
  CHECK(uid->high == 0x123E4567E89B42D3ULL);
  CHECK(uid->low == 0xA456426614174000ULL);
  CHECK(uid->ToString() == "123e4567-e89b-42d3-a456-426614174000");
  CheckProperty("round trip", [](uint64_t high, uint64_t low) {
    const Uid any{high, low};
    RC_ASSERT(Uid::Parse(any.ToString()) == any);
  });
}

// S-004.
TEST_CASE("resource versions compare by number, and only where that means something (KEP-5504)") {
  struct Row {
    std::string a, b;
    std::optional<std::strong_ordering> want;
  };
  const auto less = std::strong_ordering::less;
  const auto equal = std::strong_ordering::equal;
  const auto greater = std::strong_ordering::greater;
  const Row row = GENERATE_COPY(values<Row>({
      {"9", "10", less},
      {"10", "9", greater},
      {"123", "124", less},
      {"124", "124", equal},
      {"18446744073709551616", "18446744073709551615", greater},
      {std::string(40, '9'), "1" + std::string(40, '0'), less},
      {"", "1", std::nullopt},
      {"0", "1", std::nullopt},
      {"01", "1", std::nullopt},
      {"1", "abc", std::nullopt},
      {"1", "1a", std::nullopt},
      {"-1", "1", std::nullopt},
      {"abc", "abc", std::nullopt},
  }));
  CAPTURE(row.a, row.b);
  CHECK((ResourceVersion::Compare({row.a}, {row.b}) == row.want));
}

TEST_CASE("the controller is the first owner reference that says so (D-102)") {
  ObjectMeta meta;
  CHECK(meta.ControllerRef() == nullptr);
  meta.owner_references = {{"apps/v1", "Deployment", "not-controller", {1, 1}, false, true},
                           {"apps/v1", "Deployment", "first", {2, 2}, true, true},
                           {"apps/v1", "Deployment", "second", {3, 3}, true, true}};
  REQUIRE(meta.ControllerRef() != nullptr);
  CHECK(meta.ControllerRef()->name == "first");
  Proves("D-102");
}

TEST_CASE("an object is being deleted when it has a deletion timestamp") {
  ObjectMeta meta;
  CHECK_FALSE(meta.deleting());
  meta.deletion_timestamp = {1767366245};
  CHECK(meta.deleting());
}

TEST_CASE("a key is namespace/name, or the name alone") {
  CHECK(ObjectKey{"ns", "web"}.ToString() == "ns/web");
  CHECK(ObjectKey{"", "node-1"}.ToString() == "node-1");
  CHECK(ObjectKey{"a", "z"} < ObjectKey{"b", "a"});
  CHECK(ObjectKey{"a", "a"} < ObjectKey{"a", "b"});
  CHECK(ObjectKeyHash()(ObjectKey{"ns", "web"}) == ObjectKeyHash()(ObjectKey{"ns", "web"}));
  CHECK(ObjectKeyHash()(ObjectKey{"ns", "web"}) != ObjectKeyHash()(ObjectKey{"web", "ns"}));
}

TEST_CASE("the first condition of a type is the one that counts") {
  const std::vector<Condition> conditions = {{"Odd", "Maybe", "", "", {}, {}},
                                             {"Available", "True", "First", "", {}, {}},
                                             {"Available", "False", "Second", "", {}, {}}};
  REQUIRE(FindCondition(conditions, "Available") != nullptr);
  CHECK(FindCondition(conditions, "Available")->reason == "First");
  CHECK(FindCondition(conditions, "Progressing") == nullptr);
}

}  // namespace
}  // namespace windlass::object_meta_test
