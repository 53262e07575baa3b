// Replies reach every store that asked for their resource.
#include "controller/runtime/fold_table.h"

#include <string>
#include <utility>
#include <vector>

#include "test/catch.h"

namespace windlass::fold_table_test {
namespace {

const QueueKey kKey{{"ns", "a"}};
const Request kGet = Request::Get(resources::kConfigMaps, {"ns", "a"});
const Request kDelete =
    Request::Delete(resources::kConfigMaps, {{"ns", "a"}, {0, 1}, ResourceVersion{"7"}});

struct Fixture {
  // A row that notes what it is told, and cannot decode anything if `fails`.
  FoldTable::Row Row(const std::string& name, bool fails = false) {
    FoldTable::Row row;
    row.fold = [this, name, fails](const Request&, std::string_view body) -> Status {
      told.push_back(name + " folds " + std::string(body));
      if (fails) return Error{ErrorKind::kMalformed, name};
      return Unit{};
    };
    row.deleted = [this, name](const Request&, std::string_view) {
      told.push_back(name + " deleted");
    };
    row.gone = [this, name](const ObjectKey&, const Uid&) { told.push_back(name + " gone"); };
    return row;
  }

  FoldTable folds;
  std::vector<std::string> told;
};

TEST_CASE_METHOD(Fixture, "each row of a resource is told of a reply, in their order (S-015)") {
  folds.Add(resources::kConfigMaps, Row("one"));
  folds.Add(resources::kPods, Row("pods"));
  folds.Add(resources::kConfigMaps, Row("other"));
  CHECK(folds.Written(kKey, kGet, {"x"}).ok());
  CHECK(folds.Written(kKey, kDelete, {""}).ok());
  folds.Vanished(kKey, kGet);
  CHECK(told == std::vector<std::string>{"one folds x", "other folds x", "one deleted",
                                         "other deleted", "one gone", "other gone"});
  CHECK_FALSE(folds.folding());
}

TEST_CASE_METHOD(Fixture, "a row that cannot decode a reply keeps it from no other (S-015)") {
  folds.Add(resources::kConfigMaps, Row("one", /*fails=*/true));
  folds.Add(resources::kConfigMaps, Row("other"));
  const Status folded = folds.Read(kKey, kGet, {"x"});
  REQUIRE_FALSE(folded.ok());
  CHECK(folded.error().message == "one");
  CHECK(told == std::vector<std::string>{"one folds x", "other folds x"});
}

TEST_CASE_METHOD(Fixture, "no store is told what a dry run shows (S-015)") {
  folds.Add(resources::kConfigMaps, Row("one"));
  const Request dry_run = Request::DryRunCreate(resources::kConfigMaps, {"ns", "a"}, "{}");
  CHECK(folds.Read(kKey, dry_run, {"x"}).ok());
  CHECK(told.empty());
}

TEST_CASE_METHOD(Fixture, "the Status that answers an eviction is no Pod (C-019)") {
  folds.Add(resources::kPods, Row("pods"));
  const Request evict = Request::Evict({"ns", "a"}, {0, 1});
  CHECK(folds.Written(kKey, evict, {R"({"kind":"Status"})"}).ok());
  CHECK(told.empty());
  folds.Vanished(kKey, evict);  // after an eviction whose answer was lost
  CHECK(told == std::vector<std::string>{"pods gone"});
}

TEST_CASE_METHOD(Fixture, "a resource without a row is not cached, which is no error") {
  CHECK(folds.Written(kKey, kGet, {"x"}).ok());
  folds.Vanished(kKey, kGet);
  CHECK(told.empty());
}

TEST_CASE_METHOD(Fixture, "a write is under way until its outcome is known (P-038)") {
  const Request write =
      Request::Delete(resources::kPods, {{"ns", "web-1"}, {0, 1}, ResourceVersion{"7"}});
  const Request read = Request::Get(resources::kPods, {"ns", "web-1"});
  const auto under_way = [&] { return folds.UnderWay(resources::kPods, kKey.namespace_).size(); };
  bool may_arrive = false;
  folds.write_may_arrive = [&may_arrive] { return may_arrive; };
  folds.Sending(kKey, write);
  CHECK(folds.UnderWay(resources::kPods, kKey.namespace_) ==
        std::vector<ObjectKey>{ObjectKey{"ns", "web-1"}});
  CHECK(folds.UnderWay(resources::kConfigMaps, kKey.namespace_).empty());
  CHECK(folds.UnderWay(resources::kPods, QueueKey{{"other", "a"}}.namespace_).empty());
  CHECK(folds.UnderWay(resources::kPods, QueueKey{{"a", "a"}}.namespace_).empty());

  SECTION("it succeeded") {
    CHECK(folds.Written(QueueKey{{"ns", "b"}}, write, {""}).ok());  // of another key
    CHECK(under_way() == 1);
    CHECK(folds.Written(kKey, write, {""}).ok());
  }
  SECTION("it had no effect") { folds.NotWritten(kKey); }
  SECTION("a read shows it") {
    CHECK(folds.Read(kKey, Request::DryRunCreate(resources::kPods, {"ns", "x"}, "{}"), {""}).ok());
    CHECK(under_way() == 1);
    CHECK(folds.Read(kKey, read, {"x"}).ok());
  }
  SECTION("a read shows the object, and then it can no longer arrive (L-012)") {
    may_arrive = true;
    CHECK(folds.Read(kKey, read, {"x"}).ok());
    CHECK(under_way() == 1);
    may_arrive = false;
  }
  SECTION("it can no longer arrive, and the next write is sent (L-012)") {
    may_arrive = true;
    CHECK(folds.Read(kKey, read, {"x"}).ok());
    may_arrive = false;
    folds.Sending(kKey, write);
    CHECK(under_way() == 1);
    folds.NotWritten(kKey);
  }
  SECTION("a read cannot be decoded, and the next one can") {
    bool fails = true;
    FoldTable::Row row;
    row.fold = [&fails](const Request&, std::string_view) -> Status {
      if (fails) return Error{ErrorKind::kMalformed, "no"};
      return Unit{};
    };
    folds.Add(resources::kPods, std::move(row));
    CHECK_FALSE(folds.Read(kKey, read, {"x"}).ok());
    CHECK(under_way() == 1);
    fails = false;
    CHECK(folds.Read(kKey, read, {"x"}).ok());
  }
  SECTION("its object is gone") { folds.Vanished(kKey, write); }
  SECTION("the term ends") { folds.ForgetWrites(); }
  CHECK(under_way() == 0);
}

}  // namespace
}  // namespace windlass::fold_table_test
