import type { Recording } from './recording';

/**
 * Recordings from 1000 on that the comparison cannot bring the stand-in into the situation of yet, by what it lacks. Each
 * is compared all the same: one that passes has to leave the list.
 */
const LACKING: Record<string, number[]> = {
  'users, groups and permissions as the recordings before it have left them': [
    1019, 1022, 1024, 1025, 1026, 1027, 1028, 1030, 1032, 1034, 1038, 1045, 1047, 1053, 1062, 1064, 1067,
    1077, 1125, 1131, 1133, 1134, 1136, 1143, 1145, 1148, 1149, 1463, 1509, 1510, 1511, 1513, 1539, 1544,
    1545,
  ],
  'all tokens of the Requests of its server': [
    1189, 1190, 1192, 1193, 1194, 1196, 1224, 1225, 1230, 1232, 1234, 1431, 1434, 1435, 1461, 1514, 1565,
    1567, 1569,
  ],
  'the processes and screens of its server': [1408, 1411, 1503],
  'the waiting events of the processes of its server': [
    1421, 1422, 1423, 1425, 1427, 1429, 1436, 1437, 1438, 1439, 1442, 1462,
  ],
  'Tasks for users who are inactive, deleted, or get e-mails': [1470, 1471],
  'the priority of Tasks, and advanced filters': [1344, 1520, 1530],
};

/** What the stand-in lacks to be compared with a recording, if so. */
export function lackingFor({ name }: Recording): string | undefined {
  const number = Number.parseInt(name, 10);
  return Object.keys(LACKING).find((what) => LACKING[what]?.includes(number));
}
