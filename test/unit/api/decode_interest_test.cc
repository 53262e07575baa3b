// What users of decoded objects want kept: registered for a while, asked together.
#include "kubeclient/api/decode_interest.h"

#include <string>

#include "test/catch.h"

namespace windlass::decode_interest_test {
namespace {

ObjectMeta Named(const std::string& name) {
  ObjectMeta meta;
  meta.name = name;
  return meta;
}

DecodeInterest InTemplatesOf(const std::string& name) {
  return {.keeps_template = [name](const ObjectMeta& meta) { return meta.name == name; }};
}

TEST_CASE("without users nothing more is kept, and nothing is known") {
  const DecodeInterests interests;
  CHECK_FALSE(interests.KeepsTemplate(Named("a")));
  CHECK_FALSE(interests.KnownTemplate(Named("a"), {1, 2}));
  CHECK_FALSE(interests.KeepsPodAnnotation("a"));
  CHECK_FALSE(interests.KeepsServiceAnnotation("a"));
  CHECK_FALSE(interests.IsPodGate("a"));
  CHECK_FALSE(interests.IsPodGate(""));
}

TEST_CASE("what any user wants is kept, for as long as that user is there") {
  DecodeInterests interests;
  const RegisteredInterest a(interests, InTemplatesOf("a"));
  {
    const RegisteredInterest b(interests, InTemplatesOf("b"));
    CHECK(interests.KeepsTemplate(Named("a")));
    CHECK(interests.KeepsTemplate(Named("b")));
    CHECK_FALSE(interests.KeepsTemplate(Named("c")));
  }
  CHECK(interests.KeepsTemplate(Named("a")));
  CHECK_FALSE(interests.KeepsTemplate(Named("b")));
}

TEST_CASE("the first user that knows a template answers") {
  DecodeInterests interests;
  const auto knows = [](const std::string& name, const Fingerprint& known) {
    return DecodeInterest{.known_template = [=](const ObjectMeta& meta, const Fingerprint& text) {
      const bool same = meta.name == name && text == Fingerprint{7, 7};
      return same ? std::optional<Fingerprint>(known) : std::nullopt;
    }};
  };
  const RegisteredInterest none(interests, InTemplatesOf("a"));
  const RegisteredInterest a(interests, knows("a", {1, 1}));
  const RegisteredInterest b(interests, knows("b", {2, 2}));
  const RegisteredInterest again(interests, knows("b", {3, 3}));
  CHECK(interests.KnownTemplate(Named("a"), {7, 7}) == Fingerprint{1, 1});
  CHECK(interests.KnownTemplate(Named("b"), {7, 7}) == Fingerprint{2, 2});
  CHECK_FALSE(interests.KnownTemplate(Named("b"), {7, 8}));
  CHECK_FALSE(interests.KnownTemplate(Named("c"), {7, 7}));
}

TEST_CASE("annotations of Pods and their gate are those that a user names") {
  DecodeInterests interests;
  const RegisteredInterest templates(interests, InTemplatesOf("a"));
  const RegisteredInterest pods(
      interests, {.keeps_pod_annotation = [](std::string_view key) { return key == "kept"; },
                  .pod_gate = "example.com/gate"});
  CHECK(interests.KeepsPodAnnotation("kept"));
  CHECK_FALSE(interests.KeepsPodAnnotation("other"));
  CHECK_FALSE(interests.KeepsServiceAnnotation("kept"));
  CHECK(interests.IsPodGate("example.com/gate"));
  CHECK_FALSE(interests.IsPodGate("example.com/other"));
  CHECK_FALSE(interests.IsPodGate(""));
}

}  // namespace
}  // namespace windlass::decode_interest_test
