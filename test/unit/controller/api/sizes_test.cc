// How much memory a custom resource is said to take, and what is left of it when there is no room
// (R-065).
#include <string>

#include "controller/api/replication_controller_update.h"
#include "controller/api/rollout.h"
#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::sizes_test {
namespace {

struct Fixture {
  // Returns the object `n` with these other members, one or more.
  template <typename T>
  T Decode(Result<T> (*decode)(Decoder&, std::string_view), const std::string& members) {
    return Must(decode(decoder, R"({"metadata":{"name":"n"},)" + members + "}"));
  }

  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE_METHOD(Fixture, "the image of an update counts, and is left out (R-065)") {
  auto update =
      Decode(&DecodeReplicationControllerUpdate,
             R"("spec":{"image":")" + std::string(5000, 'i') + R"("},"status":{"journal":")" +
                 std::string(5000, 'j') + R"(","lines":[")" + std::string(5000, 'l') + R"("]})");
  CHECK(BytesOf(update) > 15000);
  update.status.lines.resize(1000);
  Cut(update);
  CHECK(BytesOf(update) < 2000);
  Proves("R-065");
}

// Whom this serves: everybody else. The query has each text of the selector once more.
TEST_CASE_METHOD(Fixture, "the query in a Rollout's status counts, and is left out (R-065)") {
  auto small =
      Decode(&DecodeRollout, R"("status":{"selector":"app=)" + std::string(96, 'w') + R"("})");
  auto large =
      Decode(&DecodeRollout, R"("status":{"selector":"app=)" + std::string(9000, 'w') + R"("})");
  CHECK(BytesOf(large) > BytesOf(small) + 8000);
  Cut(small);
  Cut(large);
  CHECK(small.status.selector.size() == 100);
  CHECK(large.status.selector.empty());
  CHECK(BytesOf(large) < 4000);
  Proves("R-065");
}

TEST_CASE_METHOD(Fixture, "how large the JSON of an object is, is known of large ones (R-067)") {
  const std::string large = R"("x":")" + std::string(kLargeJsonBytes, '<') + "\"";
  CHECK(Decode(&DecodeRollout, large).meta.large_json_bytes > kLargeJsonBytes);
  CHECK(Decode(&DecodeReplicationControllerUpdate, large).meta.large_json_bytes > kLargeJsonBytes);
  CHECK(Decode(&DecodeRollout, R"("x":"")").meta.large_json_bytes == 0);
  Proves("R-067");
}

}  // namespace
}  // namespace windlass::sizes_test
