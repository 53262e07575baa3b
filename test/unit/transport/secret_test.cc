// Secrets behave like values and cannot be printed.
#include "kubeclient/transport/secret.h"

#include <ostream>

#include "test/catch.h"

namespace windlass::secret_test {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST_CASE("a secret is copied and moved like a value, and never printed") {
  static_assert(!Printable<Secret>);
  Secret token("t0k3n");
  Secret copy = token;
  const Secret moved = std::move(token);
  CHECK(moved.Reveal() == "t0k3n");
  CHECK(copy.Reveal() == "t0k3n");
  copy = Secret("other");
  CHECK(copy.Reveal() == "other");
  CHECK(moved.Reveal() == "t0k3n");
  copy = moved;
  CHECK(copy.Reveal() == "t0k3n");
  CHECK(Secret().empty());
  std::string text = "secret text";
  const char* where = text.data();
  WipeText(text);
  CHECK(text.empty());
  CHECK(std::string_view(where, 1) == std::string_view("\0", 1));
}

}  // namespace
}  // namespace windlass::secret_test
