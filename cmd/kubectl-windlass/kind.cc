#include "cmd/kubectl-windlass/kind.h"

#include <algorithm>
#include <cctype>

#include "kubeclient/base/assert.h"

namespace windlass::cli {
namespace {

const KindVerb* FindVerb(const ResourceId& resource, CommandName command) {
  const Kind* kind = KindOf(resource);
  if (kind == nullptr) return nullptr;
  const auto found = std::ranges::find(kind->verbs, command, &KindVerb::command);
  return found == kind->verbs.end() ? nullptr : &*found;
}

}  // namespace

const Kind* KindOfWord(std::string_view word) {
  for (const Kind& kind : Kinds()) {
    if (std::ranges::find(kind.words, word) != kind.words.end()) return &kind;
  }
  return nullptr;
}

const Kind* KindOf(const ResourceId& resource) {
  const auto found = std::ranges::find(Kinds(), resource, &Kind::resource);
  return found == Kinds().end() ? nullptr : &*found;
}

bool IsLikeKubectl(const ResourceId& resource) {
  const Kind* kind = KindOf(resource);
  return kind != nullptr && kind->like_kubectl;
}

std::vector<const Kind*> KindsWith(CommandName command) {
  std::vector<const Kind*> kinds;
  for (const Kind& kind : Kinds()) {
    if (ActOf(kind.resource, command) != nullptr) kinds.push_back(&kind);
  }
  return kinds;
}

ActOn ActOf(const ResourceId& resource, CommandName command) {
  const KindVerb* verb = FindVerb(resource, command);
  return verb == nullptr ? nullptr : verb->act;
}

std::string InsteadText(const Place& place, CommandName command) {
  const KindVerb* verb = FindVerb(place.resource, command);
  const std::string name = InCommand(place);
  if (verb == nullptr) {
    return name + ": a " + std::string(place.resource.kind) +
           " does not have this command; --help of the command names the kinds that have it";
  }
  std::string text;
  for (const char c : verb->instead) {
    if (c == '%') {
      text += name;
    } else {
      text += c;
    }
  }
  return text;
}

Standing StandingOf(const Json& object, const ResourceId& resource) {
  const Kind* kind = KindOf(resource);
  WL_ASSERT(kind != nullptr);
  return kind->standing(object);
}

std::string KindWords(const std::vector<const Kind*>& kinds) {
  std::string words;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (i > 0) words += i + 1 == kinds.size() ? " or " : ", ";
    words += KindWord(kinds[i]->resource);
  }
  return words;
}

std::string InCommand(const Place& place) {
  return ShortName(place.resource, place.name) + " -n " + place.namespace_;
}

std::string KindWord(const ResourceId& resource) {
  std::string word(resource.kind);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

std::string ObjectName(const ResourceId& resource, std::string_view name) {
  std::string text = KindWord(resource);
  if (!resource.group.empty()) text += '.' + std::string(resource.group);
  return text + '/' + std::string(name);
}

std::string ShortName(const ResourceId& resource, std::string_view name) {
  const Kind* kind = KindOf(resource);
  const std::string word = kind == nullptr ? KindWord(resource) : std::string(kind->short_word);
  return word + '/' + std::string(name);
}

}  // namespace windlass::cli
