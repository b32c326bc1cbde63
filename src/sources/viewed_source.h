// A source of whose pictures only a part is seen. What is masked is black in the frame itself, so
// that nobody behind it can see, learn or store it.
#pragma once

#include <memory>
#include <string>

#include "hypnos/imaging/image.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"
#include "hypnos/sources/view.h"

namespace hypnos {

// Masks, and then cuts out the region.
void ShowOnly(const ViewOptions& view, Image* image);

// Where all is seen, the source itself. kInvalidArgument, reason BAD_VIEW, for a share that does
// not lie within the picture.
Result<std::unique_ptr<Source>> SeeThrough(const SourceIdentity& identity, const ViewOptions& view,
                                           std::unique_ptr<Source> source);

}  // namespace hypnos
