// From the configuration's messages to the plain options of the rooms; the only place that knows
// both.
#pragma once

#include <vector>

#include "hypnos/control/server.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/alphabet.h"
#include "hypnos/sources/source_options.h"
#include "hypnos/web/server.h"
#include "proto/config.pb.h"

namespace hypnos {

// Precondition of all: the configuration was loaded and found valid.
PipelineOptions BuildPipelineOptions(const config::Config& config);
// `source`: of that configuration.
SourceOptions BuildSourceOptions(const config::Source& source, const config::Config& config);

// Whether the source gives text, or series, and no pictures.
bool IsText(const config::Source& source);
bool IsSeries(const config::Source& source);
// Whether what is watched is read: texts, and no pictures.
bool ReadsText(const config::Config& config);
// Whether it is series.
bool ReadsSeries(const config::Config& config);
// Whether both watch the same kind: pictures, texts or series, for which a network is made.
bool WatchTheSameKind(const config::Config& one, const config::Config& other);
// As they are named; none where the first row is to name them.
std::vector<SeriesColumn> BuildColumns(const config::SeriesEncoding& series);
SeriesEncoderOptions BuildSeriesEncoder(const config::Config& config);
// The symbols of the texts. kInvalidArgument, reason ALPHABET.
Result<Alphabet> BuildAlphabet(const config::TextEncoding& text);

// Without the version.
ControlServerOptions BuildControlServerOptions(const config::Control& control);
// Precondition: config.has_web().
WebServerOptions BuildWebServerOptions(const config::Config& config);

// What `on_full: by_kind` means for this source.
OnFull BuildOnFull(const config::Source& source);
// Whether it always has a frame soon, and so can be waited for where others want to be seen, too:
// what is made or read from a disk, and loses nothing.
bool IsWaitedFor(const config::Source& source);
// Whether it gives the same frames each time that it is opened, and loses none: then a run can be
// gone on from.
bool GivesTheSame(const config::Source& source);

}  // namespace hypnos
