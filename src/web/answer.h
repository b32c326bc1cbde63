// Answers of HTTP. Every one carries the headers that keep browsers from doing with it what it is
// not meant for. Pure functions. Threads: safe.
#pragma once

#include <string>
#include <string_view>

#include "hypnos/base/result.h"
#include "proto/control.pb.h"
#include "web/assets.h"
#include "web/beast.h"

namespace hypnos {

// What a browser may do with an answer: run and load what comes from here, ask here, and no more;
// be shown in no other page, read by none, and taken for nothing but what it says it is.
void Secure(boost::beast::http::fields* headers);

// A line of text.
HttpResponse TextAnswer(unsigned status, std::string_view text);
// `if_none_match`: what the browser has already.
HttpResponse AssetAnswer(const Asset& asset, std::string_view if_none_match);
HttpResponse MetricsAnswer(std::string metrics);
// JSON with the field names of control.proto.
HttpResponse StatusAnswer(const control::StatusResponse& status);
// See HistoryCsv. A browser keeps it as a file.
HttpResponse HistoryAnswer(const control::QueryHistoryResponse& history);
HttpResponse PictureAnswer(const control::EventPictureResponse& picture);
// The sentence, with the status that fits the code.
HttpResponse ErrorAnswer(const Error& error);

}  // namespace hypnos
