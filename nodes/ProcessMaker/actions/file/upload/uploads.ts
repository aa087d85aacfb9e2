import type { Connection } from '../../../transport/connection';
import type { Failure } from '../../../transport/failure';
import type { InputFile } from '../../../input/inputFiles';
import { uploadFile, type UploadedFile, type UploadSettings } from './uploadFile';

/** What became of a file that was to be uploaded, as it is told of an item that did not end well. */
export interface FileOutcome {
  fileName: string;
  variable: string;
  outcome: 'uploaded' | 'notUploaded' | 'unknown';
  fileId?: number;
}

export interface Uploads {
  uploaded: UploadedFile[];
  /** Why the next file was not uploaded, or may not be; those after it were not tried. */
  failure?: Failure;
  outcomes: FileOutcome[];
}

/** Uploads the files of one item to its Request, one after the other, up to the first that cannot be uploaded. */
export async function uploadFiles(
  connection: Connection,
  requestId: number,
  files: InputFile[],
  settings: UploadSettings,
): Promise<Uploads> {
  const uploaded: UploadedFile[] = [];
  let failure: Failure | undefined;
  for (const file of files) {
    const result = await settings.room.take(file.size, () =>
      uploadFile(connection, requestId, file, settings),
    );
    if (!result.ok) {
      failure = result.failure;
      break;
    }
    uploaded.push(result.value);
  }
  const outcomes = files.map(({ fileName, variable }, index): FileOutcome => {
    const done = uploaded[index];
    if (done) return { fileName, variable, outcome: 'uploaded', fileId: done.fileId };
    const isUnknown = index === uploaded.length && failure?.delivery === 'unknown';
    return { fileName, variable, outcome: isUnknown ? 'unknown' : 'notUploaded' };
  });
  return { uploaded, outcomes, ...(failure && { failure }) };
}

/** A sentence on what became of each file, for an item of several; empty for a single one. */
export function describeOutcomes(outcomes: FileOutcome[]): string {
  if (outcomes.length < 2) return '';
  const groups = (['uploaded', 'unknown', 'notUploaded'] as const).flatMap((kind) => {
    const names = outcomes.filter(({ outcome }) => outcome === kind).map(nameOf);
    return names.length === 0 ? [] : [`${TITLES[kind]}: ${names.join(', ')}.`];
  });
  return groups.join(' ');
}

const TITLES = { uploaded: 'Uploaded', unknown: 'Not known', notUploaded: 'Not uploaded' };

function nameOf({ fileName, fileId }: FileOutcome): string {
  return fileId === undefined ? `'${fileName}'` : `'${fileName}' (file ${fileId})`;
}
