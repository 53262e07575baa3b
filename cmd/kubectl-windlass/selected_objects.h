// Which objects a command line is about: names, with or without a type; a type and -l; or -f.
#pragma once

#include <vector>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

struct Selected {
  std::vector<Place> places;   // each once, in the order of the command line
  std::vector<Error> missing;  // of names without a type that no object has; for people
};

// Returns the objects; there is at least one, or one that is missing.
//   - A name without a type is looked up (named_object.h).
//   - A type with -l is those of the namespace that have the labels.
//   - Of the objects of -f, those whose kind has the command; their own namespace wins. Nothing but
//     their names is taken from the file.
// Returns kConfig for a usage error, also if a named object's kind does not have the command; any
// other error has a text for people.
Result<Selected> SelectObjects(const CommandContext& context);

}  // namespace windlass::cli
